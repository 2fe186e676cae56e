set logscale x
set xlabel 'grows a second, done'
set ylabel 'reads of one reader, % of those without grows'
set yrange [0:115]
set border 3
set tics nomirror
set format x '10^{%L}'
set key outside right top font ',10'
set grid linewidth 0.3
$s0 << E
999.993 99.7259
9999.92 99.3047
99999.2 99.4855
999900 99.0062
E
$s1 << E
999.993 99.9384
9900 100.131
99999.3 99.9238
999900 99.9365
E
$s2 << E
999.889 99.6465
9900 99.5478
99993.1 99.4077
999900 97.181
E
$s3 << E
999.917 99.0509
9999.32 99.3995
99993.2 99.3719
999900 98.9143
E
$s4 << E
999.894 100.005
9999.3 99.0738
99993.2 98.6785
999900 98.0262
E
$s5 << E
999.887 98.6315
9998.97 98.2715
99992.9 96.8105
999900 91.2724
E
$s6 << E
999.852 99.8853
9999.3 99.3933
99993.2 99.2886
999900 99.1285
E
$s7 << E
999.992 100.123
9999.92 99.5179
99999.2 99.9703
999900 97.6951
E
$s8 << E
999.896 100.233
9998.91 99.1974
99993.1 99.185
999900 99.0343
E
$s9 << E
999.887 99.6175
9999.21 99.2341
99992.1 99.108
999900 98.4444
E
$s10 << E
999.891 100.024
9900 98.6297
99993.3 100.093
999900 100.244
E
$s11 << E
999.193 98.3792
9900 86.1159
99925.8 13.0714
612775 1.86167
E
$s12 << E
999.869 100.192
9999.31 99.6802
99993 99.3232
999919 99.0111
E
$s13 << E
999.849 99.3399
9998.92 97.6642
99992.7 94.7254
999900 82.9097
E
$s14 << E
999.905 99.5075
9900 99.4343
99992.7 98.4819
999927 98.3235
E
$s15 << E
999.913 99.9966
9999.26 99.1021
99992.7 98.5517
999900 97.8839
E
$s16 << E
998.809 99.6419
9987.39 93.3761
93574 47.1159
93776.7 46.6511
E
$s17 << E
999.993 99.2844
9999.92 98.1117
99999.2 97.9287
999900 97.7813
E
$s18 << E
999.992 100.246
9999.93 99.0795
99999.2 99.3619
999993 99.4632
E
$s19 << E
999.618 100.845
9900 98.9275
99970.6 100.001
334632 99.9778
E
$s20 << E
999.819 100.48
9998.29 91.4597
99983.1 88.4206
999869 65.0967
E
$s21 << E
999.93 93.9781
9900 95.0456
99991.9 88.2575
999900 36.1404
E
$s22 << E
999.948 182.997
9999.24 176.389
99997 173.315
999900 145.127
E
$s23 << E
999.945 95.1023
9996.61 119.699
99995.9 105.439
999900 89.1323
E
$s24 << E
999.908 100.603
9900 99.4062
99992.3 99.0095
999900 96.7837
E
plot $s0 with linespoints linewidth 1.4 pointtype 1 pointsize 0.6 linecolor '#3b82c4' dashtype 1 title 'nocheck', $s1 with linespoints linewidth 1.4 pointtype 2 pointsize 0.6 linecolor '#d9772b' dashtype 1 title 'constlen', $s2 with linespoints linewidth 1.4 pointtype 3 pointsize 0.6 linecolor '#2f9e62' dashtype 1 title 'push', $s3 with linespoints linewidth 1.4 pointtype 4 pointsize 0.6 linecolor '#c94f6d' dashtype 1 title 'lazytrap', $s4 with linespoints linewidth 1.4 pointtype 5 pointsize 0.6 linecolor '#8a63c9' dashtype 1 title 'slowpath', $s5 with linespoints linewidth 1.4 pointtype 6 pointsize 0.6 linecolor '#8c6d46' dashtype 1 title 'atomicptr', $s6 with linespoints linewidth 1.4 pointtype 7 pointsize 0.6 linecolor '#c0589e' dashtype 1 title 'guard', $s7 with linespoints linewidth 1.4 pointtype 8 pointsize 0.6 linecolor '#7a7a7a' dashtype 1 title 'precommit', $s8 with linespoints linewidth 1.4 pointtype 9 pointsize 0.6 linecolor '#a3a028' dashtype 1 title 'lockedsize', $s9 with linespoints linewidth 1.4 pointtype 10 pointsize 0.6 linecolor '#2aa6a8' dashtype 1 title 'casgrow', $s10 with linespoints linewidth 1.4 pointtype 11 pointsize 0.6 linecolor '#3b82c4' dashtype 2 title 'staticmax', $s11 with linespoints linewidth 1.4 pointtype 12 pointsize 0.6 linecolor '#d9772b' dashtype 2 title 'lockedread', $s12 with linespoints linewidth 1.4 pointtype 1 pointsize 0.6 linecolor '#2f9e62' dashtype 2 title 'seqlock', $s13 with linespoints linewidth 1.4 pointtype 2 pointsize 0.6 linecolor '#c94f6d' dashtype 2 title 'interrupt', $s14 with linespoints linewidth 1.4 pointtype 3 pointsize 0.6 linecolor '#8a63c9' dashtype 2 title 'activation', $s15 with linespoints linewidth 1.4 pointtype 4 pointsize 0.6 linecolor '#8c6d46' dashtype 2 title 'activationsync', $s16 with linespoints linewidth 1.4 pointtype 5 pointsize 0.6 linecolor '#c0589e' dashtype 2 title 'membarrier', $s17 with linespoints linewidth 1.4 pointtype 6 pointsize 0.6 linecolor '#7a7a7a' dashtype 2 title 'faultcommit', $s18 with linespoints linewidth 1.4 pointtype 7 pointsize 0.6 linecolor '#a3a028' dashtype 2 title 'uffd', $s19 with linespoints linewidth 1.4 pointtype 8 pointsize 0.6 linecolor '#2aa6a8' dashtype 2 title 'publishfirst', $s20 with linespoints linewidth 1.4 pointtype 9 pointsize 0.6 linecolor '#3b82c4' dashtype 3 title 'interruptack', $s21 with linespoints linewidth 1.4 pointtype 10 pointsize 0.6 linecolor '#d9772b' dashtype 3 title 'stopworld', $s22 with linespoints linewidth 1.4 pointtype 11 pointsize 0.6 linecolor '#2f9e62' dashtype 3 title 'rcuqsbr', $s23 with linespoints linewidth 1.4 pointtype 12 pointsize 0.6 linecolor '#c94f6d' dashtype 3 title 'rcumemb', $s24 with linespoints linewidth 1.4 pointtype 1 pointsize 0.6 linecolor '#8a63c9' dashtype 3 title 'pushrcu'
