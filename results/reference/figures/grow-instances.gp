set logscale xy
set xlabel 'instances attached'
set ylabel 'grow by one page, ns (median of blocks)'
set format xy '10^{%L}'
set border 3
set tics nomirror
set key outside right top font ',10'
set grid ytics linewidth 0.3
$s0 << E
1 8.3798
10 8.3798
100 8.29899
1000 8.37576
10000 8.19394
100000 9.13333
E
$s1 << E
1 8.08081
10 8.36364
100 8.27475
1000 8.09293
10000 8.20606
100000 8.33333
E
$s2 << E
1 602.868
10 608.843
100 713.472
1000 2060.63
10000 16749.4
100000 192402
E
$s3 << E
1 611.744
10 612.904
100 611.789
1000 610.795
10000 616.636
100000 620.875
E
$s4 << E
1 602.981
10 607.841
100 606.726
1000 608.342
10000 610.9
100000 622.583
E
$s5 << E
1 608.856
10 608.641
100 606.609
1000 610.884
10000 617.512
100000 619.242
E
$s6 << E
1 610.799
10 610.892
100 610.585
1000 610.375
10000 614.209
100000 632.542
E
$s7 << E
1 8.19394
10 8.36364
100 8.19798
1000 8.30707
10000 8.20606
100000 8.36667
E
$s8 << E
1 614.71
10 613.187
100 617.211
1000 616.819
10000 629.067
100000 632.567
E
$s9 << E
1 660.152
10 665.489
100 662.867
1000 655.109
10000 660.648
100000 664.333
E
$s10 << E
1 610.169
10 609.361
100 609.955
1000 610.391
10000 613.252
100000 620
E
$s11 << E
1 613.49
10 612.985
100 609.162
1000 610.97
10000 613.609
100000 618.292
E
$s12 << E
1 610.791
10 610.06
100 610.767
1000 609.437
10000 629.982
100000 620.908
E
$s13 << E
1 609.049
10 610.698
100 719.884
1000 2022.17
10000 16790.7
100000 192003
E
$s14 << E
1 608.229
10 609.785
100 609.668
1000 610.569
10000 625.418
100000 615.9
E
$s15 << E
1 600.9
10 602.577
100 604.245
1000 603.599
10000 607.542
100000 625.075
E
$s16 << E
1 893.527
10 888.668
100 998.126
1000 2345.7
10000 17154.9
100000 193125
E
$s17 << E
1 8.28687
10 8.26667
100 8.29899
1000 8.19394
10000 8.46061
100000 9.16667
E
$s18 << E
1 8.27879
10 8.28687
100 8.26667
1000 8.3798
10000 8.48485
100000 8.36667
E
$s19 << E
1 2934.66
10 2944.98
100 2952.57
1000 2940.1
10000 2944.33
100000 2950.28
E
$s20 << E
1 640.176
10 750.292
100 2048.05
1000 15020.1
10000 144933
100000 1.4701e+06
E
$s21 << E
1 20
10 24.7051
100 135.82
1000 1349.58
10000 15970.4
100000 184991
E
$s22 << E
1 70.1
10 70.1
100 70.2939
1000 70.1
10000 70.3909
100000 69.2333
E
$s23 << E
1 73.1465
10 74.0394
100 74.3949
1000 74.5808
10000 74.8758
100000 70.9333
E
$s24 << E
1 624.343
10 645.481
100 1071.6
1000 5437.09
10000 49398.5
100000 501416
E
plot $s0 with linespoints linewidth 1.4 pointtype 1 pointsize 0.6 linecolor '#3b82c4' dashtype 1 title 'nocheck', $s1 with linespoints linewidth 1.4 pointtype 2 pointsize 0.6 linecolor '#d9772b' dashtype 1 title 'constlen', $s2 with linespoints linewidth 1.4 pointtype 3 pointsize 0.6 linecolor '#2f9e62' dashtype 1 title 'push', $s3 with linespoints linewidth 1.4 pointtype 4 pointsize 0.6 linecolor '#c94f6d' dashtype 1 title 'lazytrap', $s4 with linespoints linewidth 1.4 pointtype 5 pointsize 0.6 linecolor '#8a63c9' dashtype 1 title 'slowpath', $s5 with linespoints linewidth 1.4 pointtype 6 pointsize 0.6 linecolor '#8c6d46' dashtype 1 title 'atomicptr', $s6 with linespoints linewidth 1.4 pointtype 7 pointsize 0.6 linecolor '#c0589e' dashtype 1 title 'guard', $s7 with linespoints linewidth 1.4 pointtype 8 pointsize 0.6 linecolor '#7a7a7a' dashtype 1 title 'precommit', $s8 with linespoints linewidth 1.4 pointtype 9 pointsize 0.6 linecolor '#a3a028' dashtype 1 title 'lockedsize', $s9 with linespoints linewidth 1.4 pointtype 10 pointsize 0.6 linecolor '#2aa6a8' dashtype 1 title 'casgrow', $s10 with linespoints linewidth 1.4 pointtype 11 pointsize 0.6 linecolor '#3b82c4' dashtype 2 title 'staticmax', $s11 with linespoints linewidth 1.4 pointtype 12 pointsize 0.6 linecolor '#d9772b' dashtype 2 title 'lockedread', $s12 with linespoints linewidth 1.4 pointtype 1 pointsize 0.6 linecolor '#2f9e62' dashtype 2 title 'seqlock', $s13 with linespoints linewidth 1.4 pointtype 2 pointsize 0.6 linecolor '#c94f6d' dashtype 2 title 'interrupt', $s14 with linespoints linewidth 1.4 pointtype 3 pointsize 0.6 linecolor '#8a63c9' dashtype 2 title 'activation', $s15 with linespoints linewidth 1.4 pointtype 4 pointsize 0.6 linecolor '#8c6d46' dashtype 2 title 'activationsync', $s16 with linespoints linewidth 1.4 pointtype 5 pointsize 0.6 linecolor '#c0589e' dashtype 2 title 'membarrier', $s17 with linespoints linewidth 1.4 pointtype 6 pointsize 0.6 linecolor '#7a7a7a' dashtype 2 title 'faultcommit', $s18 with linespoints linewidth 1.4 pointtype 7 pointsize 0.6 linecolor '#a3a028' dashtype 2 title 'uffd', $s19 with linespoints linewidth 1.4 pointtype 8 pointsize 0.6 linecolor '#2aa6a8' dashtype 2 title 'publishfirst', $s20 with linespoints linewidth 1.4 pointtype 9 pointsize 0.6 linecolor '#3b82c4' dashtype 3 title 'interruptack', $s21 with linespoints linewidth 1.4 pointtype 10 pointsize 0.6 linecolor '#d9772b' dashtype 3 title 'stopworld', $s22 with linespoints linewidth 1.4 pointtype 11 pointsize 0.6 linecolor '#2f9e62' dashtype 3 title 'rcuqsbr', $s23 with linespoints linewidth 1.4 pointtype 12 pointsize 0.6 linecolor '#c94f6d' dashtype 3 title 'rcumemb', $s24 with linespoints linewidth 1.4 pointtype 1 pointsize 0.6 linecolor '#8a63c9' dashtype 3 title 'pushrcu'
