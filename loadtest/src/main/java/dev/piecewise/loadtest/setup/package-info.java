/** Gets ready for a run: finds out what the server serves and how it counts tokens, and makes users where it can. */
@NullMarked
package dev.piecewise.loadtest.setup;

import org.jspecify.annotations.NullMarked;
