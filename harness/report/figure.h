/* SPDX-License-Identifier: Apache-2.0 */
/* harness/report/figure.h: a figure by gnuplot, as SVG text for the page and PDF for papers.
 *
 *     char *script = …;                 // gnuplot commands with data blocks, no terminal, no
 * output char *svg = tm_figure_svg("sweep", script);     // NULL: gnuplot is not installed or
 * refuses
 */
#ifndef TM_HARNESS_REPORT_FIGURE_H
#define TM_HARNESS_REPORT_FIGURE_H

#include <stdbool.h>
#include <stdio.h>

/* Text and axes take the colour of the page, so that it is readable in light and dark. */
char *tm_figure_svg(const char *name, const char *script);
/* Write PATH as PDF: all of it, or nothing and false. */
bool tm_figure_pdf(const char *path, const char *script);

/* Close what open_memstream() gave for *text, a script. Without memory for all of it the program
 * ends: half a script makes half a figure. */
void tm_figure_script_end(FILE *out, char *const *text);

/* The colour of the i-th line of a figure, readable on black and on white. */
const char *tm_figure_colour(size_t i);

#endif
