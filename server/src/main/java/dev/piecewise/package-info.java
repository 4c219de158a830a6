/** The server's start. */
@NullMarked
package dev.piecewise;

import org.jspecify.annotations.NullMarked;
