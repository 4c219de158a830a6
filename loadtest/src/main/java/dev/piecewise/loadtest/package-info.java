/** The load generator. */
@NullMarked
package dev.piecewise.loadtest;

import org.jspecify.annotations.NullMarked;
