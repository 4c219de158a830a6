/** What one answer took, and what many took together. Knows no server and no report. */
@NullMarked
package dev.piecewise.loadtest.measure;

import org.jspecify.annotations.NullMarked;
