/** Who asks: tenants, their API keys, what a key may do and how much of it. */
@NullMarked
package dev.piecewise.tenant;

import org.jspecify.annotations.NullMarked;
