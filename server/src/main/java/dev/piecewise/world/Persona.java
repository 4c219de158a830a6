package dev.piecewise.world;

import java.util.List;

/**
 * A person: hidden traits, and habits that have nothing to do with them.
 *
 * @param kinds what the person occupies itself with, some of them more often than others
 * @param friends the names that notes go to
 * @param streets where the person's news comes from
 */
record Persona(String id, Traits traits, List<Kind> kinds, List<String> friends, List<String> streets) {}
