/** How fast the engine is on this machine, beside what the machine could do. */
@NullMarked
package dev.piecewise.bench;

import org.jspecify.annotations.NullMarked;
