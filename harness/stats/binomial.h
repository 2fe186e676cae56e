/* SPDX-License-Identifier: Apache-2.0 */
/* harness/stats/binomial.h: the binomial tail, exact for any count. Only for this room.
 *
 * GSL's incomplete beta function stops after 512 terms of its continued fraction, and its inverse
 * fails to converge for counts as small as 2 of 321; litmus counts reach 10^9.
 */
#ifndef TM_HARNESS_STATS_BINOMIAL_H
#define TM_HARNESS_STATS_BINOMIAL_H

/* P(at least k of n), each with probability p: the regularised incomplete beta function I_p(k,
 * n-k+1). Real k > 0 and n > k - 1 are allowed; 0 < p < 1. Time grows with the square root of n. */
double tm_binomial_at_least_(double k, double n, double p);

#endif
