/** Users, histories and plans in a database. */
@NullMarked
package dev.piecewise.store;

import org.jspecify.annotations.NullMarked;
