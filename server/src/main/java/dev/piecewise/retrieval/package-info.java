/** Finds the items of a history that a prompt should be put beside, and packs them before it. */
@NullMarked
package dev.piecewise.retrieval;

import org.jspecify.annotations.NullMarked;
