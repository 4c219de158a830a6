/** HTTP. The only package that knows Vert.x. */
@NullMarked
package dev.piecewise.gateway;

import org.jspecify.annotations.NullMarked;
