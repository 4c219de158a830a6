/** What is told of requests to those who collect traces (OpenTelemetry); the only place that knows its SDK. */
@NullMarked
package dev.piecewise.telemetry;

import org.jspecify.annotations.NullMarked;
