/** What was measured, as JSON, as a table, as a page with plots. */
@NullMarked
package dev.piecewise.loadtest.report;

import org.jspecify.annotations.NullMarked;
