set logscale xy
set xlabel 'instances attached'
set ylabel 'grow by one page, ns (median of blocks)'
set format xy '10^{%L}'
set border 3
set tics nomirror
set key outside right top font ',10'
set grid ytics linewidth 0.3
$s0 << E
1 8.58
10 8.592
100 8.592
1000 8.612
10000 8.48485
100000 9.2
E
$s1 << E
1 8.788
10 8.608
100 8.524
1000 8.684
10000 8.8
100000 8.52308
E
$s2 << E
1 603.868
10 607.772
100 718.06
1000 2132.28
10000 17167.3
100000 291022
E
$s3 << E
1 612.268
10 615.464
100 615.684
1000 629.673
10000 630.285
100000 656.323
E
$s4 << E
1 615.279
10 614.552
100 611.544
1000 1506.23
10000 624.794
100000 664.077
E
$s5 << E
1 607.28
10 606.856
100 606.388
1000 1513.05
10000 629.115
100000 663.277
E
$s6 << E
1 600.384
10 599.984
100 598.772
1000 1504.93
10000 623.912
100000 667.908
E
$s7 << E
1 8.508
10 8.576
100 8.592
1000 8.784
10000 8.49697
100000 8.49231
E
$s8 << E
1 630.282
10 630.794
100 630.479
1000 640.895
10000 652.167
100000 704.077
E
$s9 << E
1 692.273
10 693.966
100 696.124
1000 1559.11
10000 669.121
100000 712.515
E
$s10 << E
1 610.18
10 610.9
100 610.8
1000 632.795
10000 628.761
100000 672.569
E
$s11 << E
1 610.7
10 611.368
100 609.572
1000 810.502
10000 632.806
100000 670.969
E
$s12 << E
1 639.368
10 630.9
100 630.494
1000 640.689
10000 651.873
100000 673.277
E
$s13 << E
1 610.796
10 608.588
100 718.688
1000 2123.99
10000 17090.9
100000 271375
E
$s14 << E
1 610.488
10 611.872
100 611.644
1000 615.492
10000 633.306
100000 674.846
E
$s15 << E
1 609.772
10 610.688
100 610.488
1000 627.829
10000 617.797
100000 678.677
E
$s16 << E
1 887.733
10 903.047
100 1003.56
1000 2411.19
10000 17411.3
100000 270781
E
$s17 << E
1 8.48
10 8.512
100 8.592
1000 8.408
10000 8.50909
100000 9.16923
E
$s18 << E
1 8.584
10 8.708
100 8.5
1000 8.408
10000 8.48485
100000 8.49231
E
$s19 << E
1 2993.69
10 2991.28
100 2992.58
1000 3908.65
10000 2985.39
100000 2999.86
E
$s20 << E
1 654.976
10 759.9
100 2086.5
1000 16216
10000 147708
100000 1.57793e+06
E
$s21 << E
1 20.97
10 25.643
100 136.16
1000 1395.97
10000 15976.4
100000 257679
E
$s22 << E
1 74.436
10 72.036
100 72.152
1000 72.856
10000 80.9909
100000 98.5846
E
$s23 << E
1 79.484
10 78.7
100 79.284
1000 79.696
10000 86.1152
100000 124.754
E
$s24 << E
1 623.573
10 646.692
100 1087.6
1000 6275.63
10000 50230.8
100000 533815
E
plot $s0 with linespoints linewidth 1.4 pointtype 1 pointsize 0.6 linecolor '#3b82c4' dashtype 1 title 'nocheck', $s1 with linespoints linewidth 1.4 pointtype 2 pointsize 0.6 linecolor '#d9772b' dashtype 1 title 'constlen', $s2 with linespoints linewidth 1.4 pointtype 3 pointsize 0.6 linecolor '#2f9e62' dashtype 1 title 'push', $s3 with linespoints linewidth 1.4 pointtype 4 pointsize 0.6 linecolor '#c94f6d' dashtype 1 title 'lazytrap', $s4 with linespoints linewidth 1.4 pointtype 5 pointsize 0.6 linecolor '#8a63c9' dashtype 1 title 'slowpath', $s5 with linespoints linewidth 1.4 pointtype 6 pointsize 0.6 linecolor '#8c6d46' dashtype 1 title 'atomicptr', $s6 with linespoints linewidth 1.4 pointtype 7 pointsize 0.6 linecolor '#c0589e' dashtype 1 title 'guard', $s7 with linespoints linewidth 1.4 pointtype 8 pointsize 0.6 linecolor '#7a7a7a' dashtype 1 title 'precommit', $s8 with linespoints linewidth 1.4 pointtype 9 pointsize 0.6 linecolor '#a3a028' dashtype 1 title 'lockedsize', $s9 with linespoints linewidth 1.4 pointtype 10 pointsize 0.6 linecolor '#2aa6a8' dashtype 1 title 'casgrow', $s10 with linespoints linewidth 1.4 pointtype 11 pointsize 0.6 linecolor '#3b82c4' dashtype 2 title 'staticmax', $s11 with linespoints linewidth 1.4 pointtype 12 pointsize 0.6 linecolor '#d9772b' dashtype 2 title 'lockedread', $s12 with linespoints linewidth 1.4 pointtype 1 pointsize 0.6 linecolor '#2f9e62' dashtype 2 title 'seqlock', $s13 with linespoints linewidth 1.4 pointtype 2 pointsize 0.6 linecolor '#c94f6d' dashtype 2 title 'interrupt', $s14 with linespoints linewidth 1.4 pointtype 3 pointsize 0.6 linecolor '#8a63c9' dashtype 2 title 'activation', $s15 with linespoints linewidth 1.4 pointtype 4 pointsize 0.6 linecolor '#8c6d46' dashtype 2 title 'activationsync', $s16 with linespoints linewidth 1.4 pointtype 5 pointsize 0.6 linecolor '#c0589e' dashtype 2 title 'membarrier', $s17 with linespoints linewidth 1.4 pointtype 6 pointsize 0.6 linecolor '#7a7a7a' dashtype 2 title 'faultcommit', $s18 with linespoints linewidth 1.4 pointtype 7 pointsize 0.6 linecolor '#a3a028' dashtype 2 title 'uffd', $s19 with linespoints linewidth 1.4 pointtype 8 pointsize 0.6 linecolor '#2aa6a8' dashtype 2 title 'publishfirst', $s20 with linespoints linewidth 1.4 pointtype 9 pointsize 0.6 linecolor '#3b82c4' dashtype 3 title 'interruptack', $s21 with linespoints linewidth 1.4 pointtype 10 pointsize 0.6 linecolor '#d9772b' dashtype 3 title 'stopworld', $s22 with linespoints linewidth 1.4 pointtype 11 pointsize 0.6 linecolor '#2f9e62' dashtype 3 title 'rcuqsbr', $s23 with linespoints linewidth 1.4 pointtype 12 pointsize 0.6 linecolor '#c94f6d' dashtype 3 title 'rcumemb', $s24 with linespoints linewidth 1.4 pointtype 1 pointsize 0.6 linecolor '#8a63c9' dashtype 3 title 'pushrcu'
