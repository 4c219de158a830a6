package dev.piecewise.template;

import java.util.Collection;

/** What a dict's {@code keys()}, {@code values()} or {@code items()} returns; {@code kind} is Python's name for it. */
record View(String kind, Collection<Object> items) {}
