/** The demo's world: invented people whose hidden traits show in how they tag, rate and write, and the texts and questions that come of it. */
@NullMarked
package dev.piecewise.world;

import org.jspecify.annotations.NullMarked;
