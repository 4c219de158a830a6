/** Measures the gateway by itself: real sockets, with an engine that needs no time. */
@NullMarked
package dev.piecewise.bench.gateway;

import org.jspecify.annotations.NullMarked;
