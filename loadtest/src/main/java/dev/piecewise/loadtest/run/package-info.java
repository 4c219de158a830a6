/** Sends requests in time and takes down what became of them. */
@NullMarked
package dev.piecewise.loadtest.run;

import org.jspecify.annotations.NullMarked;
