; Integer factoring as bit-vector arithmetic.
(set-option :incremental true)
(set-option :produce-models true)
(set-logic QF_BV)
(declare-const p (_ BitVec 20))
(declare-const q (_ BitVec 20))
(declare-const product (_ BitVec 40))
(define-fun wide ((x (_ BitVec 20))) (_ BitVec 40) ((_ zero_extend 20) x))
(assert (= (bvmul (wide p) (wide q)) product))
(assert (bvugt p (_ bv1 20)))
(assert (bvule p q))

; 1048583 is prime: no two factors above 1 have this product.
(push 1)
(assert (= product (_ bv1048583 40)))
(check-sat)
(pop 1)

; 268468225 has factors.
(push 1)
(assert (= product (_ bv268468225 40)))
(check-sat)
(get-value (p q))
(pop 1)
(exit)
