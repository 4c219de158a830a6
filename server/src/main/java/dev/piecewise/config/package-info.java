/** The configuration: one tree of records, one file of defaults. */
@NullMarked
package dev.piecewise.config;

import org.jspecify.annotations.NullMarked;
