/**
 * Machine code for what decides how fast a step is and no library does at memory's speed: products of a few rows with
 * packed weights, and attention of single tokens. JDK only.
 */
@NullMarked
package dev.piecewise.kernel;

import org.jspecify.annotations.NullMarked;
