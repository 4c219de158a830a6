/** The command line. */
@NullMarked
package dev.piecewise.loadtest.cli;

import org.jspecify.annotations.NullMarked;
