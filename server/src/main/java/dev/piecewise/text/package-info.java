/** From text to tokens and back. */
@NullMarked
package dev.piecewise.text;

import org.jspecify.annotations.NullMarked;
