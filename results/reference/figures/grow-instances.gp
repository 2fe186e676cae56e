set logscale xy
set xlabel 'instances attached'
set ylabel 'grow by one page, ns (median of blocks)'
set format xy '10^{%L}'
set border 3
set tics nomirror
set key outside right top font ',10'
set grid ytics linewidth 0.3
$s0 << E
1 7.88687
10 7.87071
100 7.87475
1000 7.87071
10000 8.13333
100000 8.33333
E
$s1 << E
1 7.94747
10 7.78586
100 7.89091
1000 7.87071
10000 7.87879
100000 8.36667
E
$s2 << E
1 586.997
10 590.375
100 696.032
1000 2017.94
10000 16508.4
100000 205459
E
$s3 << E
1 580.872
10 580.577
100 580.892
1000 582.674
10000 591.736
100000 597.567
E
$s4 << E
1 583.951
10 584.654
100 583.373
1000 585.886
10000 585.094
100000 596.7
E
$s5 << E
1 589.559
10 589.866
100 590.496
1000 591.445
10000 597.821
100000 607.467
E
$s6 << E
1 587.534
10 589.155
100 587.74
1000 588.94
10000 592.985
100000 605.833
E
$s7 << E
1 7.86667
10 7.68889
100 7.69293
1000 7.78182
10000 7.86667
100000 8.3
E
$s8 << E
1 590.375
10 594.746
100 598.767
1000 600.064
10000 609.361
100000 608.367
E
$s9 << E
1 649.78
10 653.881
100 650.386
1000 647.496
10000 652.145
100000 665.983
E
$s10 << E
1 590.379
10 589.672
100 591.765
1000 594.205
10000 599.639
100000 600.033
E
$s11 << E
1 581.858
10 581.579
100 581.462
1000 586.201
10000 585.991
100000 593.367
E
$s12 << E
1 587.854
10 590.888
100 592.751
1000 593.979
10000 592.682
100000 605.883
E
$s13 << E
1 596.508
10 600.589
100 704.046
1000 2020.14
10000 16629.5
100000 199219
E
$s14 << E
1 593.385
10 589.542
100 588.944
1000 590.06
10000 596.306
100000 597.575
E
$s15 << E
1 586.516
10 588.043
100 586.423
1000 588.124
10000 590.888
100000 596.7
E
$s16 << E
1 877.744
10 878.346
100 983.972
1000 2255.16
10000 16716.3
100000 213152
E
$s17 << E
1 7.9596
10 7.87879
100 7.68485
1000 7.77374
10000 8.15758
100000 8.33333
E
$s18 << E
1 7.87071
10 7.77374
100 7.76566
1000 7.78182
10000 7.87879
100000 8.3
E
$s19 << E
1 2909.14
10 2895.56
100 2903.15
1000 2967.55
10000 2879.14
100000 2877.67
E
$s20 << E
1 599.51
10 709.888
100 1978.96
1000 14610.6
10000 141753
100000 1.45077e+06
E
$s21 << E
1 20
10 25.103
100 130.382
1000 1296.95
10000 15589.6
100000 215237
E
$s22 << E
1 70.1
10 70.1
100 70.1
1000 70.1
10000 77.3667
100000 60.0667
E
$s23 << E
1 71.5545
10 71.6677
100 72.1364
1000 72.4273
10000 77.0455
100000 60.9
E
$s24 << E
1 586.205
10 609.882
100 1021.3
1000 5232.94
10000 48062.8
100000 514747
E
plot $s0 with linespoints linewidth 1.4 pointtype 1 pointsize 0.6 linecolor '#3b82c4' dashtype 1 title 'nocheck', $s1 with linespoints linewidth 1.4 pointtype 2 pointsize 0.6 linecolor '#d9772b' dashtype 1 title 'constlen', $s2 with linespoints linewidth 1.4 pointtype 3 pointsize 0.6 linecolor '#2f9e62' dashtype 1 title 'push', $s3 with linespoints linewidth 1.4 pointtype 4 pointsize 0.6 linecolor '#c94f6d' dashtype 1 title 'lazytrap', $s4 with linespoints linewidth 1.4 pointtype 5 pointsize 0.6 linecolor '#8a63c9' dashtype 1 title 'slowpath', $s5 with linespoints linewidth 1.4 pointtype 6 pointsize 0.6 linecolor '#8c6d46' dashtype 1 title 'atomicptr', $s6 with linespoints linewidth 1.4 pointtype 7 pointsize 0.6 linecolor '#c0589e' dashtype 1 title 'guard', $s7 with linespoints linewidth 1.4 pointtype 8 pointsize 0.6 linecolor '#7a7a7a' dashtype 1 title 'precommit', $s8 with linespoints linewidth 1.4 pointtype 9 pointsize 0.6 linecolor '#a3a028' dashtype 1 title 'lockedsize', $s9 with linespoints linewidth 1.4 pointtype 10 pointsize 0.6 linecolor '#2aa6a8' dashtype 1 title 'casgrow', $s10 with linespoints linewidth 1.4 pointtype 11 pointsize 0.6 linecolor '#3b82c4' dashtype 2 title 'staticmax', $s11 with linespoints linewidth 1.4 pointtype 12 pointsize 0.6 linecolor '#d9772b' dashtype 2 title 'lockedread', $s12 with linespoints linewidth 1.4 pointtype 1 pointsize 0.6 linecolor '#2f9e62' dashtype 2 title 'seqlock', $s13 with linespoints linewidth 1.4 pointtype 2 pointsize 0.6 linecolor '#c94f6d' dashtype 2 title 'interrupt', $s14 with linespoints linewidth 1.4 pointtype 3 pointsize 0.6 linecolor '#8a63c9' dashtype 2 title 'activation', $s15 with linespoints linewidth 1.4 pointtype 4 pointsize 0.6 linecolor '#8c6d46' dashtype 2 title 'activationsync', $s16 with linespoints linewidth 1.4 pointtype 5 pointsize 0.6 linecolor '#c0589e' dashtype 2 title 'membarrier', $s17 with linespoints linewidth 1.4 pointtype 6 pointsize 0.6 linecolor '#7a7a7a' dashtype 2 title 'faultcommit', $s18 with linespoints linewidth 1.4 pointtype 7 pointsize 0.6 linecolor '#a3a028' dashtype 2 title 'uffd', $s19 with linespoints linewidth 1.4 pointtype 8 pointsize 0.6 linecolor '#2aa6a8' dashtype 2 title 'publishfirst', $s20 with linespoints linewidth 1.4 pointtype 9 pointsize 0.6 linecolor '#3b82c4' dashtype 3 title 'interruptack', $s21 with linespoints linewidth 1.4 pointtype 10 pointsize 0.6 linecolor '#d9772b' dashtype 3 title 'stopworld', $s22 with linespoints linewidth 1.4 pointtype 11 pointsize 0.6 linecolor '#2f9e62' dashtype 3 title 'rcuqsbr', $s23 with linespoints linewidth 1.4 pointtype 12 pointsize 0.6 linecolor '#c94f6d' dashtype 3 title 'rcumemb', $s24 with linespoints linewidth 1.4 pointtype 1 pointsize 0.6 linecolor '#8a63c9' dashtype 3 title 'pushrcu'
