/** The one way things go wrong for a caller. */
@NullMarked
package dev.piecewise.error;

import org.jspecify.annotations.NullMarked;
