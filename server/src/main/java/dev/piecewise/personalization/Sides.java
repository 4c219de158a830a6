package dev.piecewise.personalization;

import dev.piecewise.adapter.Adaptation;
import dev.piecewise.adapter.Merge;
import dev.piecewise.adapter.Plan;

/** What a user's new plan is tried against and as what: the base, and what the plan would be served as. */
record Sides(String user, Adaptation base, Adaptations adaptations, Edition edition, Merge merge) {
    Adaptation assembled(Plan plan) {
        return adaptations.of(user, edition.found(plan), merge);
    }
}
