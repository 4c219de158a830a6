/** Who is served by which adapter: from a user's name to what the engine runs. */
@NullMarked
package dev.piecewise.personalization;

import org.jspecify.annotations.NullMarked;
