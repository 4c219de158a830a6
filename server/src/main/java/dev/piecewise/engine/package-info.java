/** Continuous batching: from submitted requests to steps of a model runner, and back to tokens. JDK only. */
@NullMarked
package dev.piecewise.engine;

import org.jspecify.annotations.NullMarked;
