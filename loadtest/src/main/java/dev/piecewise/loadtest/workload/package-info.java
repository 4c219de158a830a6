/** What is asked: which user, how long a prompt, how many tokens. Everything follows from a seed and a request's number. */
@NullMarked
package dev.piecewise.loadtest.workload;

import org.jspecify.annotations.NullMarked;
