package dev.piecewise.training.sharers;

import dev.piecewise.adapter.Example;
import java.util.List;

/** Some of a user's items, as they are read; one at least. */
record UserItems(String user, List<Example> examples) {}
