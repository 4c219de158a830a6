/** The commands of the command line. */
@NullMarked
package dev.piecewise.cli;

import org.jspecify.annotations.NullMarked;
