/** When requests come where the server does not decide it. */
@NullMarked
package dev.piecewise.loadtest.arrival;

import org.jspecify.annotations.NullMarked;
