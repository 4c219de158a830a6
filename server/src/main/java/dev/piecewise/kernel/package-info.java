/**
 * Machine code for what decides how fast a step is and no library does at memory's speed: products of a few rows with
 * packed weights (bfloat16, int8) and with adapters, attention of single tokens, and what is between them. JDK only.
 */
@NullMarked
package dev.piecewise.kernel;

import org.jspecify.annotations.NullMarked;
