set multiplot layout 2,3 margins 0.12,0.99,0.25,0.94 spacing 0.03,0.1
set xrange [-0.5:6.5]
set yrange [-0.5:6.5]
set border 3
set tics nomirror scale 0
unset key
unset object
unset label
set title '1 instance, page untouched' offset 0,-0.8
unset xlabel
set xtics ('' 0)
set ylabel 'accesses per second'
set ytics ('none' 0, '10⁴' 1, '10⁵' 2, '10⁶' 3, '10⁷' 4, '10⁸' 5, '10⁹' 6)
set object rectangle from -0.48,-0.48 to 0.48,0.48 fillcolor '#3b82c4' fillstyle solid 0.95 noborder
set label 'A' at 0,0 center
set object rectangle from 0.52,-0.48 to 1.48,0.48 fillcolor '#3b82c4' fillstyle solid 0.95 noborder
set label 'A' at 1,0 center
set object rectangle from 1.52,-0.48 to 2.48,0.48 fillcolor '#3b82c4' fillstyle solid 0.95 noborder
set label 'A' at 2,0 center
set object rectangle from 2.52,-0.48 to 3.48,0.48 fillcolor '#3b82c4' fillstyle solid 0.95 noborder
set label 'A' at 3,0 center
set object rectangle from 3.52,-0.48 to 4.48,0.48 fillcolor '#3b82c4' fillstyle solid 0.95 noborder
set label 'A' at 4,0 center
set object rectangle from 4.52,-0.48 to 5.48,0.48 fillcolor '#3b82c4' fillstyle solid 0.95 noborder
set label 'A' at 5,0 center
set object rectangle from 5.52,-0.48 to 6.48,0.48 fillcolor '#3b82c4' fillstyle solid 0.95 noborder
set label 'A' at 6,0 center
set object rectangle from -0.48,0.52 to 0.48,1.48 fillcolor '#d9772b' fillstyle solid 0.3 noborder
set label 'B?' at 0,1 center
set object rectangle from 0.52,0.52 to 1.48,1.48 fillcolor '#3b82c4' fillstyle solid 0.95 noborder
set label 'A' at 1,1 center
set object rectangle from 1.52,0.52 to 2.48,1.48 fillcolor '#3b82c4' fillstyle solid 0.95 noborder
set label 'A' at 2,1 center
set object rectangle from 2.52,0.52 to 3.48,1.48 fillcolor '#3b82c4' fillstyle solid 0.95 noborder
set label 'A' at 3,1 center
set object rectangle from 3.52,0.52 to 4.48,1.48 fillcolor '#3b82c4' fillstyle solid 0.95 noborder
set label 'A' at 4,1 center
set object rectangle from 4.52,0.52 to 5.48,1.48 fillcolor '#3b82c4' fillstyle solid 0.95 noborder
set label 'A' at 5,1 center
set object rectangle from 5.52,0.52 to 6.48,1.48 fillcolor '#3b82c4' fillstyle solid 0.95 noborder
set label 'A' at 6,1 center
set object rectangle from -0.48,1.52 to 0.48,2.48 fillcolor '#d9772b' fillstyle solid 0.3 noborder
set label 'B?' at 0,2 center
set object rectangle from 0.52,1.52 to 1.48,2.48 fillcolor '#d9772b' fillstyle solid 0.3 noborder
set label 'B?' at 1,2 center
set object rectangle from 1.52,1.52 to 2.48,2.48 fillcolor '#3b82c4' fillstyle solid 0.95 noborder
set label 'A' at 2,2 center
set object rectangle from 2.52,1.52 to 3.48,2.48 fillcolor '#3b82c4' fillstyle solid 0.95 noborder
set label 'A' at 3,2 center
set object rectangle from 3.52,1.52 to 4.48,2.48 fillcolor '#3b82c4' fillstyle solid 0.95 noborder
set label 'A' at 4,2 center
set object rectangle from 4.52,1.52 to 5.48,2.48 fillcolor '#3b82c4' fillstyle solid 0.95 noborder
set label 'A' at 5,2 center
set object rectangle from 5.52,1.52 to 6.48,2.48 fillcolor '#3b82c4' fillstyle solid 0.95 noborder
set label 'A' at 6,2 center
set object rectangle from -0.48,2.52 to 0.48,3.48 fillcolor '#d9772b' fillstyle solid 0.3 noborder
set label 'B?' at 0,3 center
set object rectangle from 0.52,2.52 to 1.48,3.48 fillcolor '#d9772b' fillstyle solid 0.3 noborder
set label 'B?' at 1,3 center
set object rectangle from 1.52,2.52 to 2.48,3.48 fillcolor '#d9772b' fillstyle solid 0.3 noborder
set label 'B?' at 2,3 center
set object rectangle from 2.52,2.52 to 3.48,3.48 fillcolor '#3b82c4' fillstyle solid 0.95 noborder
set label 'A' at 3,3 center
set object rectangle from 3.52,2.52 to 4.48,3.48 fillcolor '#3b82c4' fillstyle solid 0.95 noborder
set label 'A' at 4,3 center
set object rectangle from 4.52,2.52 to 5.48,3.48 fillcolor '#3b82c4' fillstyle solid 0.95 noborder
set label 'A' at 5,3 center
set object rectangle from 5.52,2.52 to 6.48,3.48 fillcolor '#3b82c4' fillstyle solid 0.95 noborder
set label 'A' at 6,3 center
set object rectangle from -0.48,3.52 to 0.48,4.48 fillcolor '#d9772b' fillstyle solid 0.3 noborder
set label 'B?' at 0,4 center
set object rectangle from 0.52,3.52 to 1.48,4.48 fillcolor '#d9772b' fillstyle solid 0.3 noborder
set label 'B?' at 1,4 center
set object rectangle from 1.52,3.52 to 2.48,4.48 fillcolor '#d9772b' fillstyle solid 0.3 noborder
set label 'B?' at 2,4 center
set object rectangle from 2.52,3.52 to 3.48,4.48 fillcolor '#d9772b' fillstyle solid 0.3 noborder
set label 'B?' at 3,4 center
set object rectangle from 3.52,3.52 to 4.48,4.48 fillcolor '#3b82c4' fillstyle solid 0.95 noborder
set label 'A' at 4,4 center
set object rectangle from 4.52,3.52 to 5.48,4.48 fillcolor '#3b82c4' fillstyle solid 0.95 noborder
set label 'A' at 5,4 center
set object rectangle from 5.52,3.52 to 6.48,4.48 fillcolor '#3b82c4' fillstyle solid 0.95 noborder
set label 'A' at 6,4 center
set object rectangle from -0.48,4.52 to 0.48,5.48 fillcolor '#d9772b' fillstyle solid 0.3 noborder
set label 'B?' at 0,5 center
set object rectangle from 0.52,4.52 to 1.48,5.48 fillcolor '#d9772b' fillstyle solid 0.3 noborder
set label 'B?' at 1,5 center
set object rectangle from 1.52,4.52 to 2.48,5.48 fillcolor '#d9772b' fillstyle solid 0.3 noborder
set label 'B?' at 2,5 center
set object rectangle from 2.52,4.52 to 3.48,5.48 fillcolor '#d9772b' fillstyle solid 0.3 noborder
set label 'B?' at 3,5 center
set object rectangle from 3.52,4.52 to 4.48,5.48 fillcolor '#d9772b' fillstyle solid 0.3 noborder
set label 'B?' at 4,5 center
set object rectangle from 4.52,4.52 to 5.48,5.48 fillcolor '#3b82c4' fillstyle solid 0.95 noborder
set label 'A' at 5,5 center
set object rectangle from 5.52,4.52 to 6.48,5.48 fillcolor '#3b82c4' fillstyle solid 0.95 noborder
set label 'A' at 6,5 center
set object rectangle from -0.48,5.52 to 0.48,6.48 fillcolor '#d9772b' fillstyle solid 0.3 noborder
set label 'B?' at 0,6 center
set object rectangle from 0.52,5.52 to 1.48,6.48 fillcolor '#d9772b' fillstyle solid 0.3 noborder
set label 'B?' at 1,6 center
set object rectangle from 1.52,5.52 to 2.48,6.48 fillcolor '#d9772b' fillstyle solid 0.3 noborder
set label 'B?' at 2,6 center
set object rectangle from 2.52,5.52 to 3.48,6.48 fillcolor '#d9772b' fillstyle solid 0.3 noborder
set label 'B?' at 3,6 center
set object rectangle from 3.52,5.52 to 4.48,6.48 fillcolor '#d9772b' fillstyle solid 0.3 noborder
set label 'B?' at 4,6 center
set object rectangle from 4.52,5.52 to 5.48,6.48 fillcolor '#d9772b' fillstyle solid 0.3 noborder
set label 'B?' at 5,6 center
set object rectangle from 5.52,5.52 to 6.48,6.48 fillcolor '#3b82c4' fillstyle solid 0.95 noborder
set label 'A' at 6,6 center
plot NaN notitle
unset object
unset label
set title '1000 instances, page untouched' offset 0,-0.8
unset xlabel
set xtics ('' 0)
unset ylabel
set ytics ('' 0)
set object rectangle from -0.48,-0.48 to 0.48,0.48 fillcolor '#3b82c4' fillstyle solid 0.95 noborder
set label 'A' at 0,0 center
set object rectangle from 0.52,-0.48 to 1.48,0.48 fillcolor '#3b82c4' fillstyle solid 0.95 noborder
set label 'A' at 1,0 center
set object rectangle from 1.52,-0.48 to 2.48,0.48 fillcolor '#3b82c4' fillstyle solid 0.95 noborder
set label 'A' at 2,0 center
set object rectangle from 2.52,-0.48 to 3.48,0.48 fillcolor '#3b82c4' fillstyle solid 0.95 noborder
set label 'A' at 3,0 center
set object rectangle from 3.52,-0.48 to 4.48,0.48 fillcolor '#3b82c4' fillstyle solid 0.95 noborder
set label 'A' at 4,0 center
set object rectangle from 4.52,-0.48 to 5.48,0.48 fillcolor '#3b82c4' fillstyle solid 0.95 noborder
set label 'A' at 5,0 center
set object rectangle from 5.52,-0.48 to 6.48,0.48 fillcolor '#3b82c4' fillstyle solid 0.95 noborder
set label 'A' at 6,0 center
set object rectangle from -0.48,0.52 to 0.48,1.48 fillcolor '#d9772b' fillstyle solid 0.3 noborder
set label 'B?' at 0,1 center
set object rectangle from 0.52,0.52 to 1.48,1.48 fillcolor '#3b82c4' fillstyle solid 0.95 noborder
set label 'A' at 1,1 center
set object rectangle from 1.52,0.52 to 2.48,1.48 fillcolor '#3b82c4' fillstyle solid 0.95 noborder
set label 'A' at 2,1 center
set object rectangle from 2.52,0.52 to 3.48,1.48 fillcolor '#3b82c4' fillstyle solid 0.95 noborder
set label 'A' at 3,1 center
set object rectangle from 3.52,0.52 to 4.48,1.48 fillcolor '#3b82c4' fillstyle solid 0.95 noborder
set label 'A' at 4,1 center
set object rectangle from 4.52,0.52 to 5.48,1.48 fillcolor '#3b82c4' fillstyle solid 0.95 noborder
set label 'A' at 5,1 center
set object rectangle from 5.52,0.52 to 6.48,1.48 fillcolor '#3b82c4' fillstyle solid 0.95 noborder
set label 'A' at 6,1 center
set object rectangle from -0.48,1.52 to 0.48,2.48 fillcolor '#d9772b' fillstyle solid 0.3 noborder
set label 'B?' at 0,2 center
set object rectangle from 0.52,1.52 to 1.48,2.48 fillcolor '#d9772b' fillstyle solid 0.3 noborder
set label 'B?' at 1,2 center
set object rectangle from 1.52,1.52 to 2.48,2.48 fillcolor '#3b82c4' fillstyle solid 0.95 noborder
set label 'A' at 2,2 center
set object rectangle from 2.52,1.52 to 3.48,2.48 fillcolor '#3b82c4' fillstyle solid 0.95 noborder
set label 'A' at 3,2 center
set object rectangle from 3.52,1.52 to 4.48,2.48 fillcolor '#3b82c4' fillstyle solid 0.95 noborder
set label 'A' at 4,2 center
set object rectangle from 4.52,1.52 to 5.48,2.48 fillcolor '#3b82c4' fillstyle solid 0.95 noborder
set label 'A' at 5,2 center
set object rectangle from 5.52,1.52 to 6.48,2.48 fillcolor '#3b82c4' fillstyle solid 0.95 noborder
set label 'A' at 6,2 center
set object rectangle from -0.48,2.52 to 0.48,3.48 fillcolor '#d9772b' fillstyle solid 0.3 noborder
set label 'B?' at 0,3 center
set object rectangle from 0.52,2.52 to 1.48,3.48 fillcolor '#d9772b' fillstyle solid 0.3 noborder
set label 'B?' at 1,3 center
set object rectangle from 1.52,2.52 to 2.48,3.48 fillcolor '#d9772b' fillstyle solid 0.3 noborder
set label 'B?' at 2,3 center
set object rectangle from 2.52,2.52 to 3.48,3.48 fillcolor '#3b82c4' fillstyle solid 0.95 noborder
set label 'A' at 3,3 center
set object rectangle from 3.52,2.52 to 4.48,3.48 fillcolor '#3b82c4' fillstyle solid 0.95 noborder
set label 'A' at 4,3 center
set object rectangle from 4.52,2.52 to 5.48,3.48 fillcolor '#3b82c4' fillstyle solid 0.95 noborder
set label 'A' at 5,3 center
set object rectangle from 5.52,2.52 to 6.48,3.48 fillcolor '#3b82c4' fillstyle solid 0.95 noborder
set label 'A' at 6,3 center
set object rectangle from -0.48,3.52 to 0.48,4.48 fillcolor '#d9772b' fillstyle solid 0.3 noborder
set label 'B?' at 0,4 center
set object rectangle from 0.52,3.52 to 1.48,4.48 fillcolor '#d9772b' fillstyle solid 0.3 noborder
set label 'B?' at 1,4 center
set object rectangle from 1.52,3.52 to 2.48,4.48 fillcolor '#d9772b' fillstyle solid 0.3 noborder
set label 'B?' at 2,4 center
set object rectangle from 2.52,3.52 to 3.48,4.48 fillcolor '#d9772b' fillstyle solid 0.3 noborder
set label 'B?' at 3,4 center
set object rectangle from 3.52,3.52 to 4.48,4.48 fillcolor '#3b82c4' fillstyle solid 0.95 noborder
set label 'A' at 4,4 center
set object rectangle from 4.52,3.52 to 5.48,4.48 fillcolor '#3b82c4' fillstyle solid 0.95 noborder
set label 'A' at 5,4 center
set object rectangle from 5.52,3.52 to 6.48,4.48 fillcolor '#3b82c4' fillstyle solid 0.95 noborder
set label 'A' at 6,4 center
set object rectangle from -0.48,4.52 to 0.48,5.48 fillcolor '#d9772b' fillstyle solid 0.3 noborder
set label 'B?' at 0,5 center
set object rectangle from 0.52,4.52 to 1.48,5.48 fillcolor '#d9772b' fillstyle solid 0.3 noborder
set label 'B?' at 1,5 center
set object rectangle from 1.52,4.52 to 2.48,5.48 fillcolor '#d9772b' fillstyle solid 0.3 noborder
set label 'B?' at 2,5 center
set object rectangle from 2.52,4.52 to 3.48,5.48 fillcolor '#d9772b' fillstyle solid 0.3 noborder
set label 'B?' at 3,5 center
set object rectangle from 3.52,4.52 to 4.48,5.48 fillcolor '#d9772b' fillstyle solid 0.3 noborder
set label 'B?' at 4,5 center
set object rectangle from 4.52,4.52 to 5.48,5.48 fillcolor '#3b82c4' fillstyle solid 0.95 noborder
set label 'A' at 5,5 center
set object rectangle from 5.52,4.52 to 6.48,5.48 fillcolor '#3b82c4' fillstyle solid 0.95 noborder
set label 'A' at 6,5 center
set object rectangle from -0.48,5.52 to 0.48,6.48 fillcolor '#d9772b' fillstyle solid 0.3 noborder
set label 'B?' at 0,6 center
set object rectangle from 0.52,5.52 to 1.48,6.48 fillcolor '#d9772b' fillstyle solid 0.3 noborder
set label 'B?' at 1,6 center
set object rectangle from 1.52,5.52 to 2.48,6.48 fillcolor '#d9772b' fillstyle solid 0.3 noborder
set label 'B?' at 2,6 center
set object rectangle from 2.52,5.52 to 3.48,6.48 fillcolor '#d9772b' fillstyle solid 0.3 noborder
set label 'B?' at 3,6 center
set object rectangle from 3.52,5.52 to 4.48,6.48 fillcolor '#d9772b' fillstyle solid 0.3 noborder
set label 'B?' at 4,6 center
set object rectangle from 4.52,5.52 to 5.48,6.48 fillcolor '#d9772b' fillstyle solid 0.3 noborder
set label 'B?' at 5,6 center
set object rectangle from 5.52,5.52 to 6.48,6.48 fillcolor '#3b82c4' fillstyle solid 0.95 noborder
set label 'A' at 6,6 center
plot NaN notitle
unset object
unset label
set title '100000 instances, page untouched' offset 0,-0.8
unset xlabel
set xtics ('' 0)
unset ylabel
set ytics ('' 0)
set object rectangle from -0.48,-0.48 to 0.48,0.48 fillcolor '#3b82c4' fillstyle solid 0.95 noborder
set label 'A' at 0,0 center
set object rectangle from 0.52,-0.48 to 1.48,0.48 fillcolor '#3b82c4' fillstyle solid 0.95 noborder
set label 'A' at 1,0 center
set object rectangle from 1.52,-0.48 to 2.48,0.48 fillcolor '#3b82c4' fillstyle solid 0.95 noborder
set label 'A' at 2,0 center
set object rectangle from 2.52,-0.48 to 3.48,0.48 fillcolor '#3b82c4' fillstyle solid 0.95 noborder
set label 'A' at 3,0 center
set object rectangle from 3.52,-0.48 to 4.48,0.48 fillcolor '#3b82c4' fillstyle solid 0.95 noborder
set label 'A' at 4,0 center
set object rectangle from 4.52,-0.48 to 5.48,0.48 fillcolor '#3b82c4' fillstyle solid 0.95 noborder
set label 'A' at 5,0 center
set object rectangle from 5.52,-0.48 to 6.48,0.48 fillcolor '#3b82c4' fillstyle solid 0.95 noborder
set label 'A' at 6,0 center
set object rectangle from -0.48,0.52 to 0.48,1.48 fillcolor '#d9772b' fillstyle solid 0.3 noborder
set label 'B?' at 0,1 center
set object rectangle from 0.52,0.52 to 1.48,1.48 fillcolor '#3b82c4' fillstyle solid 0.95 noborder
set label 'A' at 1,1 center
set object rectangle from 1.52,0.52 to 2.48,1.48 fillcolor '#3b82c4' fillstyle solid 0.95 noborder
set label 'A' at 2,1 center
set object rectangle from 2.52,0.52 to 3.48,1.48 fillcolor '#3b82c4' fillstyle solid 0.95 noborder
set label 'A' at 3,1 center
set object rectangle from 3.52,0.52 to 4.48,1.48 fillcolor '#3b82c4' fillstyle solid 0.95 noborder
set label 'A' at 4,1 center
set object rectangle from 4.52,0.52 to 5.48,1.48 fillcolor '#3b82c4' fillstyle solid 0.95 noborder
set label 'A' at 5,1 center
set object rectangle from 5.52,0.52 to 6.48,1.48 fillcolor '#3b82c4' fillstyle solid 0.95 noborder
set label 'A' at 6,1 center
set object rectangle from -0.48,1.52 to 0.48,2.48 fillcolor '#d9772b' fillstyle solid 0.3 noborder
set label 'B?' at 0,2 center
set object rectangle from 0.52,1.52 to 1.48,2.48 fillcolor '#d9772b' fillstyle solid 0.3 noborder
set label 'B?' at 1,2 center
set object rectangle from 1.52,1.52 to 2.48,2.48 fillcolor '#3b82c4' fillstyle solid 0.95 noborder
set label 'A' at 2,2 center
set object rectangle from 2.52,1.52 to 3.48,2.48 fillcolor '#3b82c4' fillstyle solid 0.95 noborder
set label 'A' at 3,2 center
set object rectangle from 3.52,1.52 to 4.48,2.48 fillcolor '#3b82c4' fillstyle solid 0.95 noborder
set label 'A' at 4,2 center
set object rectangle from 4.52,1.52 to 5.48,2.48 fillcolor '#3b82c4' fillstyle solid 0.95 noborder
set label 'A' at 5,2 center
set object rectangle from 5.52,1.52 to 6.48,2.48 fillcolor '#3b82c4' fillstyle solid 0.95 noborder
set label 'A' at 6,2 center
set object rectangle from -0.48,2.52 to 0.48,3.48 fillcolor '#d9772b' fillstyle solid 0.3 noborder
set label 'B?' at 0,3 center
set object rectangle from 0.52,2.52 to 1.48,3.48 fillcolor '#d9772b' fillstyle solid 0.3 noborder
set label 'B?' at 1,3 center
set object rectangle from 1.52,2.52 to 2.48,3.48 fillcolor '#d9772b' fillstyle solid 0.3 noborder
set label 'B?' at 2,3 center
set object rectangle from 2.52,2.52 to 3.48,3.48 fillcolor '#3b82c4' fillstyle solid 0.95 noborder
set label 'A' at 3,3 center
set object rectangle from 3.52,2.52 to 4.48,3.48 fillcolor '#3b82c4' fillstyle solid 0.95 noborder
set label 'A' at 4,3 center
set object rectangle from 4.52,2.52 to 5.48,3.48 fillcolor '#3b82c4' fillstyle solid 0.95 noborder
set label 'A' at 5,3 center
set object rectangle from 5.52,2.52 to 6.48,3.48 fillcolor '#3b82c4' fillstyle solid 0.95 noborder
set label 'A' at 6,3 center
set object rectangle from -0.48,3.52 to 0.48,4.48 fillcolor '#d9772b' fillstyle solid 0.3 noborder
set label 'B?' at 0,4 center
set object rectangle from 0.52,3.52 to 1.48,4.48 fillcolor '#d9772b' fillstyle solid 0.3 noborder
set label 'B?' at 1,4 center
set object rectangle from 1.52,3.52 to 2.48,4.48 fillcolor '#d9772b' fillstyle solid 0.3 noborder
set label 'B?' at 2,4 center
set object rectangle from 2.52,3.52 to 3.48,4.48 fillcolor '#d9772b' fillstyle solid 0.3 noborder
set label 'B?' at 3,4 center
set object rectangle from 3.52,3.52 to 4.48,4.48 fillcolor '#3b82c4' fillstyle solid 0.95 noborder
set label 'A' at 4,4 center
set object rectangle from 4.52,3.52 to 5.48,4.48 fillcolor '#3b82c4' fillstyle solid 0.95 noborder
set label 'A' at 5,4 center
set object rectangle from 5.52,3.52 to 6.48,4.48 fillcolor '#3b82c4' fillstyle solid 0.95 noborder
set label 'A' at 6,4 center
set object rectangle from -0.48,4.52 to 0.48,5.48 fillcolor '#d9772b' fillstyle solid 0.3 noborder
set label 'B?' at 0,5 center
set object rectangle from 0.52,4.52 to 1.48,5.48 fillcolor '#d9772b' fillstyle solid 0.3 noborder
set label 'B?' at 1,5 center
set object rectangle from 1.52,4.52 to 2.48,5.48 fillcolor '#d9772b' fillstyle solid 0.3 noborder
set label 'B?' at 2,5 center
set object rectangle from 2.52,4.52 to 3.48,5.48 fillcolor '#d9772b' fillstyle solid 0.3 noborder
set label 'B?' at 3,5 center
set object rectangle from 3.52,4.52 to 4.48,5.48 fillcolor '#d9772b' fillstyle solid 0.3 noborder
set label 'B?' at 4,5 center
set object rectangle from 4.52,4.52 to 5.48,5.48 fillcolor '#3b82c4' fillstyle solid 0.95 noborder
set label 'A' at 5,5 center
set object rectangle from 5.52,4.52 to 6.48,5.48 fillcolor '#3b82c4' fillstyle solid 0.95 noborder
set label 'A' at 6,5 center
set object rectangle from -0.48,5.52 to 0.48,6.48 fillcolor '#d9772b' fillstyle solid 0.3 noborder
set label 'B?' at 0,6 center
set object rectangle from 0.52,5.52 to 1.48,6.48 fillcolor '#d9772b' fillstyle solid 0.3 noborder
set label 'B?' at 1,6 center
set object rectangle from 1.52,5.52 to 2.48,6.48 fillcolor '#d9772b' fillstyle solid 0.3 noborder
set label 'B?' at 2,6 center
set object rectangle from 2.52,5.52 to 3.48,6.48 fillcolor '#d9772b' fillstyle solid 0.3 noborder
set label 'B?' at 3,6 center
set object rectangle from 3.52,5.52 to 4.48,6.48 fillcolor '#d9772b' fillstyle solid 0.3 noborder
set label 'B?' at 4,6 center
set object rectangle from 4.52,5.52 to 5.48,6.48 fillcolor '#d9772b' fillstyle solid 0.3 noborder
set label 'B?' at 5,6 center
set object rectangle from 5.52,5.52 to 6.48,6.48 fillcolor '#3b82c4' fillstyle solid 0.95 noborder
set label 'A' at 6,6 center
plot NaN notitle
unset object
unset label
set title '1 instance, page touched' offset 0,-0.8
set xlabel 'grows per second'
set xtics ('1' 0, '10²' 2, '10⁴' 4, '10⁶' 6)
set ylabel 'accesses per second'
set ytics ('none' 0, '10⁴' 1, '10⁵' 2, '10⁶' 3, '10⁷' 4, '10⁸' 5, '10⁹' 6)
set object rectangle from -0.48,-0.48 to 0.48,0.48 fillcolor '#3b82c4' fillstyle solid 0.95 noborder
set label 'A' at 0,0 center
set object rectangle from 0.52,-0.48 to 1.48,0.48 fillcolor '#3b82c4' fillstyle solid 0.95 noborder
set label 'A' at 1,0 center
set object rectangle from 1.52,-0.48 to 2.48,0.48 fillcolor '#3b82c4' fillstyle solid 0.95 noborder
set label 'A' at 2,0 center
set object rectangle from 2.52,-0.48 to 3.48,0.48 fillcolor '#3b82c4' fillstyle solid 0.95 noborder
set label 'A' at 3,0 center
set object rectangle from 3.52,-0.48 to 4.48,0.48 fillcolor '#3b82c4' fillstyle solid 0.95 noborder
set label 'A' at 4,0 center
set object rectangle from 4.52,-0.48 to 5.48,0.48 fillcolor '#3b82c4' fillstyle solid 0.95 noborder
set label 'A' at 5,0 center
set object rectangle from 5.52,-0.48 to 6.48,0.48 fillcolor '#3b82c4' fillstyle solid 0.95 noborder
set label 'A' at 6,0 center
set object rectangle from -0.48,0.52 to 0.48,1.48 fillcolor '#d9772b' fillstyle solid 0.3 noborder
set label 'B?' at 0,1 center
set object rectangle from 0.52,0.52 to 1.48,1.48 fillcolor '#d9772b' fillstyle solid 0.3 noborder
set label 'B?' at 1,1 center
set object rectangle from 1.52,0.52 to 2.48,1.48 fillcolor '#3b82c4' fillstyle solid 0.95 noborder
set label 'A' at 2,1 center
set object rectangle from 2.52,0.52 to 3.48,1.48 fillcolor '#3b82c4' fillstyle solid 0.95 noborder
set label 'A' at 3,1 center
set object rectangle from 3.52,0.52 to 4.48,1.48 fillcolor '#3b82c4' fillstyle solid 0.95 noborder
set label 'A' at 4,1 center
set object rectangle from 4.52,0.52 to 5.48,1.48 fillcolor '#3b82c4' fillstyle solid 0.95 noborder
set label 'A' at 5,1 center
set object rectangle from 5.52,0.52 to 6.48,1.48 fillcolor '#3b82c4' fillstyle solid 0.95 noborder
set label 'A' at 6,1 center
set object rectangle from -0.48,1.52 to 0.48,2.48 fillcolor '#d9772b' fillstyle solid 0.3 noborder
set label 'B?' at 0,2 center
set object rectangle from 0.52,1.52 to 1.48,2.48 fillcolor '#d9772b' fillstyle solid 0.3 noborder
set label 'B?' at 1,2 center
set object rectangle from 1.52,1.52 to 2.48,2.48 fillcolor '#d9772b' fillstyle solid 0.3 noborder
set label 'B?' at 2,2 center
set object rectangle from 2.52,1.52 to 3.48,2.48 fillcolor '#3b82c4' fillstyle solid 0.95 noborder
set label 'A' at 3,2 center
set object rectangle from 3.52,1.52 to 4.48,2.48 fillcolor '#3b82c4' fillstyle solid 0.95 noborder
set label 'A' at 4,2 center
set object rectangle from 4.52,1.52 to 5.48,2.48 fillcolor '#3b82c4' fillstyle solid 0.95 noborder
set label 'A' at 5,2 center
set object rectangle from 5.52,1.52 to 6.48,2.48 fillcolor '#3b82c4' fillstyle solid 0.95 noborder
set label 'A' at 6,2 center
set object rectangle from -0.48,2.52 to 0.48,3.48 fillcolor '#d9772b' fillstyle solid 0.3 noborder
set label 'B?' at 0,3 center
set object rectangle from 0.52,2.52 to 1.48,3.48 fillcolor '#d9772b' fillstyle solid 0.3 noborder
set label 'B?' at 1,3 center
set object rectangle from 1.52,2.52 to 2.48,3.48 fillcolor '#d9772b' fillstyle solid 0.3 noborder
set label 'B?' at 2,3 center
set object rectangle from 2.52,2.52 to 3.48,3.48 fillcolor '#d9772b' fillstyle solid 0.3 noborder
set label 'B?' at 3,3 center
set object rectangle from 3.52,2.52 to 4.48,3.48 fillcolor '#3b82c4' fillstyle solid 0.95 noborder
set label 'A' at 4,3 center
set object rectangle from 4.52,2.52 to 5.48,3.48 fillcolor '#3b82c4' fillstyle solid 0.95 noborder
set label 'A' at 5,3 center
set object rectangle from 5.52,2.52 to 6.48,3.48 fillcolor '#3b82c4' fillstyle solid 0.95 noborder
set label 'A' at 6,3 center
set object rectangle from -0.48,3.52 to 0.48,4.48 fillcolor '#d9772b' fillstyle solid 0.3 noborder
set label 'B?' at 0,4 center
set object rectangle from 0.52,3.52 to 1.48,4.48 fillcolor '#d9772b' fillstyle solid 0.3 noborder
set label 'B?' at 1,4 center
set object rectangle from 1.52,3.52 to 2.48,4.48 fillcolor '#d9772b' fillstyle solid 0.3 noborder
set label 'B?' at 2,4 center
set object rectangle from 2.52,3.52 to 3.48,4.48 fillcolor '#d9772b' fillstyle solid 0.3 noborder
set label 'B?' at 3,4 center
set object rectangle from 3.52,3.52 to 4.48,4.48 fillcolor '#d9772b' fillstyle solid 0.3 noborder
set label 'B?' at 4,4 center
set object rectangle from 4.52,3.52 to 5.48,4.48 fillcolor '#3b82c4' fillstyle solid 0.95 noborder
set label 'A' at 5,4 center
set object rectangle from 5.52,3.52 to 6.48,4.48 fillcolor '#3b82c4' fillstyle solid 0.95 noborder
set label 'A' at 6,4 center
set object rectangle from -0.48,4.52 to 0.48,5.48 fillcolor '#d9772b' fillstyle solid 0.3 noborder
set label 'B?' at 0,5 center
set object rectangle from 0.52,4.52 to 1.48,5.48 fillcolor '#d9772b' fillstyle solid 0.3 noborder
set label 'B?' at 1,5 center
set object rectangle from 1.52,4.52 to 2.48,5.48 fillcolor '#d9772b' fillstyle solid 0.3 noborder
set label 'B?' at 2,5 center
set object rectangle from 2.52,4.52 to 3.48,5.48 fillcolor '#d9772b' fillstyle solid 0.3 noborder
set label 'B?' at 3,5 center
set object rectangle from 3.52,4.52 to 4.48,5.48 fillcolor '#d9772b' fillstyle solid 0.3 noborder
set label 'B?' at 4,5 center
set object rectangle from 4.52,4.52 to 5.48,5.48 fillcolor '#d9772b' fillstyle solid 0.3 noborder
set label 'B?' at 5,5 center
set object rectangle from 5.52,4.52 to 6.48,5.48 fillcolor '#3b82c4' fillstyle solid 0.95 noborder
set label 'A' at 6,5 center
set object rectangle from -0.48,5.52 to 0.48,6.48 fillcolor '#d9772b' fillstyle solid 0.3 noborder
set label 'B?' at 0,6 center
set object rectangle from 0.52,5.52 to 1.48,6.48 fillcolor '#d9772b' fillstyle solid 0.3 noborder
set label 'B?' at 1,6 center
set object rectangle from 1.52,5.52 to 2.48,6.48 fillcolor '#d9772b' fillstyle solid 0.3 noborder
set label 'B?' at 2,6 center
set object rectangle from 2.52,5.52 to 3.48,6.48 fillcolor '#d9772b' fillstyle solid 0.3 noborder
set label 'B?' at 3,6 center
set object rectangle from 3.52,5.52 to 4.48,6.48 fillcolor '#d9772b' fillstyle solid 0.3 noborder
set label 'B?' at 4,6 center
set object rectangle from 4.52,5.52 to 5.48,6.48 fillcolor '#d9772b' fillstyle solid 0.3 noborder
set label 'B?' at 5,6 center
set object rectangle from 5.52,5.52 to 6.48,6.48 fillcolor '#d9772b' fillstyle solid 0.3 noborder
set label 'B?' at 6,6 center
plot NaN notitle
unset object
unset label
set title '1000 instances, page touched' offset 0,-0.8
set xlabel 'grows per second'
set xtics ('1' 0, '10²' 2, '10⁴' 4, '10⁶' 6)
unset ylabel
set ytics ('' 0)
set object rectangle from -0.48,-0.48 to 0.48,0.48 fillcolor '#3b82c4' fillstyle solid 0.95 noborder
set label 'A' at 0,0 center
set object rectangle from 0.52,-0.48 to 1.48,0.48 fillcolor '#3b82c4' fillstyle solid 0.95 noborder
set label 'A' at 1,0 center
set object rectangle from 1.52,-0.48 to 2.48,0.48 fillcolor '#3b82c4' fillstyle solid 0.95 noborder
set label 'A' at 2,0 center
set object rectangle from 2.52,-0.48 to 3.48,0.48 fillcolor '#3b82c4' fillstyle solid 0.95 noborder
set label 'A' at 3,0 center
set object rectangle from 3.52,-0.48 to 4.48,0.48 fillcolor '#3b82c4' fillstyle solid 0.95 noborder
set label 'A' at 4,0 center
set object rectangle from 4.52,-0.48 to 5.48,0.48 fillcolor '#3b82c4' fillstyle solid 0.95 noborder
set label 'A' at 5,0 center
set object rectangle from 5.52,-0.48 to 6.48,0.48 fillcolor '#3b82c4' fillstyle solid 0.95 noborder
set label 'A' at 6,0 center
set object rectangle from -0.48,0.52 to 0.48,1.48 fillcolor '#d9772b' fillstyle solid 0.3 noborder
set label 'B?' at 0,1 center
set object rectangle from 0.52,0.52 to 1.48,1.48 fillcolor '#d9772b' fillstyle solid 0.3 noborder
set label 'B?' at 1,1 center
set object rectangle from 1.52,0.52 to 2.48,1.48 fillcolor '#3b82c4' fillstyle solid 0.95 noborder
set label 'A' at 2,1 center
set object rectangle from 2.52,0.52 to 3.48,1.48 fillcolor '#3b82c4' fillstyle solid 0.95 noborder
set label 'A' at 3,1 center
set object rectangle from 3.52,0.52 to 4.48,1.48 fillcolor '#3b82c4' fillstyle solid 0.95 noborder
set label 'A' at 4,1 center
set object rectangle from 4.52,0.52 to 5.48,1.48 fillcolor '#3b82c4' fillstyle solid 0.95 noborder
set label 'A' at 5,1 center
set object rectangle from 5.52,0.52 to 6.48,1.48 fillcolor '#3b82c4' fillstyle solid 0.95 noborder
set label 'A' at 6,1 center
set object rectangle from -0.48,1.52 to 0.48,2.48 fillcolor '#d9772b' fillstyle solid 0.3 noborder
set label 'B?' at 0,2 center
set object rectangle from 0.52,1.52 to 1.48,2.48 fillcolor '#d9772b' fillstyle solid 0.3 noborder
set label 'B?' at 1,2 center
set object rectangle from 1.52,1.52 to 2.48,2.48 fillcolor '#d9772b' fillstyle solid 0.3 noborder
set label 'B?' at 2,2 center
set object rectangle from 2.52,1.52 to 3.48,2.48 fillcolor '#3b82c4' fillstyle solid 0.95 noborder
set label 'A' at 3,2 center
set object rectangle from 3.52,1.52 to 4.48,2.48 fillcolor '#3b82c4' fillstyle solid 0.95 noborder
set label 'A' at 4,2 center
set object rectangle from 4.52,1.52 to 5.48,2.48 fillcolor '#3b82c4' fillstyle solid 0.95 noborder
set label 'A' at 5,2 center
set object rectangle from 5.52,1.52 to 6.48,2.48 fillcolor '#3b82c4' fillstyle solid 0.95 noborder
set label 'A' at 6,2 center
set object rectangle from -0.48,2.52 to 0.48,3.48 fillcolor '#d9772b' fillstyle solid 0.3 noborder
set label 'B?' at 0,3 center
set object rectangle from 0.52,2.52 to 1.48,3.48 fillcolor '#d9772b' fillstyle solid 0.3 noborder
set label 'B?' at 1,3 center
set object rectangle from 1.52,2.52 to 2.48,3.48 fillcolor '#d9772b' fillstyle solid 0.3 noborder
set label 'B?' at 2,3 center
set object rectangle from 2.52,2.52 to 3.48,3.48 fillcolor '#d9772b' fillstyle solid 0.3 noborder
set label 'B?' at 3,3 center
set object rectangle from 3.52,2.52 to 4.48,3.48 fillcolor '#3b82c4' fillstyle solid 0.95 noborder
set label 'A' at 4,3 center
set object rectangle from 4.52,2.52 to 5.48,3.48 fillcolor '#3b82c4' fillstyle solid 0.95 noborder
set label 'A' at 5,3 center
set object rectangle from 5.52,2.52 to 6.48,3.48 fillcolor '#3b82c4' fillstyle solid 0.95 noborder
set label 'A' at 6,3 center
set object rectangle from -0.48,3.52 to 0.48,4.48 fillcolor '#d9772b' fillstyle solid 0.3 noborder
set label 'B?' at 0,4 center
set object rectangle from 0.52,3.52 to 1.48,4.48 fillcolor '#d9772b' fillstyle solid 0.3 noborder
set label 'B?' at 1,4 center
set object rectangle from 1.52,3.52 to 2.48,4.48 fillcolor '#d9772b' fillstyle solid 0.3 noborder
set label 'B?' at 2,4 center
set object rectangle from 2.52,3.52 to 3.48,4.48 fillcolor '#d9772b' fillstyle solid 0.3 noborder
set label 'B?' at 3,4 center
set object rectangle from 3.52,3.52 to 4.48,4.48 fillcolor '#d9772b' fillstyle solid 0.3 noborder
set label 'B?' at 4,4 center
set object rectangle from 4.52,3.52 to 5.48,4.48 fillcolor '#3b82c4' fillstyle solid 0.95 noborder
set label 'A' at 5,4 center
set object rectangle from 5.52,3.52 to 6.48,4.48 fillcolor '#3b82c4' fillstyle solid 0.95 noborder
set label 'A' at 6,4 center
set object rectangle from -0.48,4.52 to 0.48,5.48 fillcolor '#d9772b' fillstyle solid 0.3 noborder
set label 'B?' at 0,5 center
set object rectangle from 0.52,4.52 to 1.48,5.48 fillcolor '#d9772b' fillstyle solid 0.3 noborder
set label 'B?' at 1,5 center
set object rectangle from 1.52,4.52 to 2.48,5.48 fillcolor '#d9772b' fillstyle solid 0.3 noborder
set label 'B?' at 2,5 center
set object rectangle from 2.52,4.52 to 3.48,5.48 fillcolor '#d9772b' fillstyle solid 0.3 noborder
set label 'B?' at 3,5 center
set object rectangle from 3.52,4.52 to 4.48,5.48 fillcolor '#d9772b' fillstyle solid 0.3 noborder
set label 'B?' at 4,5 center
set object rectangle from 4.52,4.52 to 5.48,5.48 fillcolor '#d9772b' fillstyle solid 0.3 noborder
set label 'B?' at 5,5 center
set object rectangle from 5.52,4.52 to 6.48,5.48 fillcolor '#3b82c4' fillstyle solid 0.95 noborder
set label 'A' at 6,5 center
set object rectangle from -0.48,5.52 to 0.48,6.48 fillcolor '#d9772b' fillstyle solid 0.3 noborder
set label 'B?' at 0,6 center
set object rectangle from 0.52,5.52 to 1.48,6.48 fillcolor '#d9772b' fillstyle solid 0.3 noborder
set label 'B?' at 1,6 center
set object rectangle from 1.52,5.52 to 2.48,6.48 fillcolor '#d9772b' fillstyle solid 0.3 noborder
set label 'B?' at 2,6 center
set object rectangle from 2.52,5.52 to 3.48,6.48 fillcolor '#d9772b' fillstyle solid 0.3 noborder
set label 'B?' at 3,6 center
set object rectangle from 3.52,5.52 to 4.48,6.48 fillcolor '#d9772b' fillstyle solid 0.3 noborder
set label 'B?' at 4,6 center
set object rectangle from 4.52,5.52 to 5.48,6.48 fillcolor '#d9772b' fillstyle solid 0.3 noborder
set label 'B?' at 5,6 center
set object rectangle from 5.52,5.52 to 6.48,6.48 fillcolor '#d9772b' fillstyle solid 0.3 noborder
set label 'B?' at 6,6 center
plot NaN notitle
unset object
unset label
set title '100000 instances, page touched' offset 0,-0.8
set xlabel 'grows per second'
set xtics ('1' 0, '10²' 2, '10⁴' 4, '10⁶' 6)
unset ylabel
set ytics ('' 0)
set object rectangle from -0.48,-0.48 to 0.48,0.48 fillcolor '#3b82c4' fillstyle solid 0.95 noborder
set label 'A' at 0,0 center
set object rectangle from 0.52,-0.48 to 1.48,0.48 fillcolor '#3b82c4' fillstyle solid 0.95 noborder
set label 'A' at 1,0 center
set object rectangle from 1.52,-0.48 to 2.48,0.48 fillcolor '#3b82c4' fillstyle solid 0.95 noborder
set label 'A' at 2,0 center
set object rectangle from 2.52,-0.48 to 3.48,0.48 fillcolor '#3b82c4' fillstyle solid 0.95 noborder
set label 'A' at 3,0 center
set object rectangle from 3.52,-0.48 to 4.48,0.48 fillcolor '#3b82c4' fillstyle solid 0.95 noborder
set label 'A' at 4,0 center
set object rectangle from 4.52,-0.48 to 5.48,0.48 fillcolor '#3b82c4' fillstyle solid 0.95 noborder
set label 'A' at 5,0 center
set object rectangle from 5.52,-0.48 to 6.48,0.48 fillcolor '#3b82c4' fillstyle solid 0.95 noborder
set label 'A' at 6,0 center
set object rectangle from -0.48,0.52 to 0.48,1.48 fillcolor '#d9772b' fillstyle solid 0.3 noborder
set label 'B?' at 0,1 center
set object rectangle from 0.52,0.52 to 1.48,1.48 fillcolor '#d9772b' fillstyle solid 0.3 noborder
set label 'B?' at 1,1 center
set object rectangle from 1.52,0.52 to 2.48,1.48 fillcolor '#3b82c4' fillstyle solid 0.95 noborder
set label 'A' at 2,1 center
set object rectangle from 2.52,0.52 to 3.48,1.48 fillcolor '#3b82c4' fillstyle solid 0.95 noborder
set label 'A' at 3,1 center
set object rectangle from 3.52,0.52 to 4.48,1.48 fillcolor '#3b82c4' fillstyle solid 0.95 noborder
set label 'A' at 4,1 center
set object rectangle from 4.52,0.52 to 5.48,1.48 fillcolor '#3b82c4' fillstyle solid 0.95 noborder
set label 'A' at 5,1 center
set object rectangle from 5.52,0.52 to 6.48,1.48 fillcolor '#3b82c4' fillstyle solid 0.95 noborder
set label 'A' at 6,1 center
set object rectangle from -0.48,1.52 to 0.48,2.48 fillcolor '#d9772b' fillstyle solid 0.3 noborder
set label 'B?' at 0,2 center
set object rectangle from 0.52,1.52 to 1.48,2.48 fillcolor '#d9772b' fillstyle solid 0.3 noborder
set label 'B?' at 1,2 center
set object rectangle from 1.52,1.52 to 2.48,2.48 fillcolor '#d9772b' fillstyle solid 0.3 noborder
set label 'B?' at 2,2 center
set object rectangle from 2.52,1.52 to 3.48,2.48 fillcolor '#3b82c4' fillstyle solid 0.95 noborder
set label 'A' at 3,2 center
set object rectangle from 3.52,1.52 to 4.48,2.48 fillcolor '#3b82c4' fillstyle solid 0.95 noborder
set label 'A' at 4,2 center
set object rectangle from 4.52,1.52 to 5.48,2.48 fillcolor '#3b82c4' fillstyle solid 0.95 noborder
set label 'A' at 5,2 center
set object rectangle from 5.52,1.52 to 6.48,2.48 fillcolor '#3b82c4' fillstyle solid 0.95 noborder
set label 'A' at 6,2 center
set object rectangle from -0.48,2.52 to 0.48,3.48 fillcolor '#d9772b' fillstyle solid 0.3 noborder
set label 'B?' at 0,3 center
set object rectangle from 0.52,2.52 to 1.48,3.48 fillcolor '#d9772b' fillstyle solid 0.3 noborder
set label 'B?' at 1,3 center
set object rectangle from 1.52,2.52 to 2.48,3.48 fillcolor '#d9772b' fillstyle solid 0.3 noborder
set label 'B?' at 2,3 center
set object rectangle from 2.52,2.52 to 3.48,3.48 fillcolor '#d9772b' fillstyle solid 0.3 noborder
set label 'B?' at 3,3 center
set object rectangle from 3.52,2.52 to 4.48,3.48 fillcolor '#3b82c4' fillstyle solid 0.95 noborder
set label 'A' at 4,3 center
set object rectangle from 4.52,2.52 to 5.48,3.48 fillcolor '#3b82c4' fillstyle solid 0.95 noborder
set label 'A' at 5,3 center
set object rectangle from 5.52,2.52 to 6.48,3.48 fillcolor '#3b82c4' fillstyle solid 0.95 noborder
set label 'A' at 6,3 center
set object rectangle from -0.48,3.52 to 0.48,4.48 fillcolor '#d9772b' fillstyle solid 0.3 noborder
set label 'B?' at 0,4 center
set object rectangle from 0.52,3.52 to 1.48,4.48 fillcolor '#d9772b' fillstyle solid 0.3 noborder
set label 'B?' at 1,4 center
set object rectangle from 1.52,3.52 to 2.48,4.48 fillcolor '#d9772b' fillstyle solid 0.3 noborder
set label 'B?' at 2,4 center
set object rectangle from 2.52,3.52 to 3.48,4.48 fillcolor '#d9772b' fillstyle solid 0.3 noborder
set label 'B?' at 3,4 center
set object rectangle from 3.52,3.52 to 4.48,4.48 fillcolor '#d9772b' fillstyle solid 0.3 noborder
set label 'B?' at 4,4 center
set object rectangle from 4.52,3.52 to 5.48,4.48 fillcolor '#3b82c4' fillstyle solid 0.95 noborder
set label 'A' at 5,4 center
set object rectangle from 5.52,3.52 to 6.48,4.48 fillcolor '#3b82c4' fillstyle solid 0.95 noborder
set label 'A' at 6,4 center
set object rectangle from -0.48,4.52 to 0.48,5.48 fillcolor '#d9772b' fillstyle solid 0.3 noborder
set label 'B?' at 0,5 center
set object rectangle from 0.52,4.52 to 1.48,5.48 fillcolor '#d9772b' fillstyle solid 0.3 noborder
set label 'B?' at 1,5 center
set object rectangle from 1.52,4.52 to 2.48,5.48 fillcolor '#d9772b' fillstyle solid 0.3 noborder
set label 'B?' at 2,5 center
set object rectangle from 2.52,4.52 to 3.48,5.48 fillcolor '#d9772b' fillstyle solid 0.3 noborder
set label 'B?' at 3,5 center
set object rectangle from 3.52,4.52 to 4.48,5.48 fillcolor '#d9772b' fillstyle solid 0.3 noborder
set label 'B?' at 4,5 center
set object rectangle from 4.52,4.52 to 5.48,5.48 fillcolor '#d9772b' fillstyle solid 0.3 noborder
set label 'B?' at 5,5 center
set object rectangle from 5.52,4.52 to 6.48,5.48 fillcolor '#3b82c4' fillstyle solid 0.95 noborder
set label 'A' at 6,5 center
set object rectangle from -0.48,5.52 to 0.48,6.48 fillcolor '#d9772b' fillstyle solid 0.3 noborder
set label 'B?' at 0,6 center
set object rectangle from 0.52,5.52 to 1.48,6.48 fillcolor '#d9772b' fillstyle solid 0.3 noborder
set label 'B?' at 1,6 center
set object rectangle from 1.52,5.52 to 2.48,6.48 fillcolor '#d9772b' fillstyle solid 0.3 noborder
set label 'B?' at 2,6 center
set object rectangle from 2.52,5.52 to 3.48,6.48 fillcolor '#d9772b' fillstyle solid 0.3 noborder
set label 'B?' at 3,6 center
set object rectangle from 3.52,5.52 to 4.48,6.48 fillcolor '#d9772b' fillstyle solid 0.3 noborder
set label 'B?' at 4,6 center
set object rectangle from 4.52,5.52 to 5.48,6.48 fillcolor '#d9772b' fillstyle solid 0.3 noborder
set label 'B?' at 5,6 center
set object rectangle from 5.52,5.52 to 6.48,6.48 fillcolor '#d9772b' fillstyle solid 0.3 noborder
set label 'B?' at 6,6 center
set label 'A precommit' at screen 0.09,0.085 front textcolor '#3b82c4'
set label 'B guard' at screen 0.27,0.085 front textcolor '#d9772b'
plot NaN notitle
unset multiplot
