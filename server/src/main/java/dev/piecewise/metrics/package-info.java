/** Everything that Prometheus sees. */
@NullMarked
package dev.piecewise.metrics;

import org.jspecify.annotations.NullMarked;
