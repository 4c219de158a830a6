package dev.piecewise.personalization;

import dev.piecewise.adapter.Adaptation;
import dev.piecewise.adapter.Merge;
import dev.piecewise.adapter.Plan;

/** What a new plan is tried against and as what: the base, and what the plan would be served as. */
record Sides(Adaptation base, Adaptations adaptations, Edition edition, Merge merge) {
    Adaptation assembled(Plan plan) {
        return adaptations.of(edition.found(plan), merge);
    }
}
