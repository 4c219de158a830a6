/** The server under load: how it wants to be asked, what it says it serves, and its users. */
@NullMarked
package dev.piecewise.loadtest.dialect;

import org.jspecify.annotations.NullMarked;
