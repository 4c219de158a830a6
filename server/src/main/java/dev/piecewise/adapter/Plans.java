package dev.piecewise.adapter;

import dev.piecewise.checkpoint.BadFileException;
import dev.piecewise.checkpoint.Site;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;

/** What is done with plans: checked against a pool, averaged, turned into gains. */
public final class Plans {
    private static final String WHAT = "plan";

    private Plans() {}

    /** Checks that the plan was made for exactly this pool; {@link BadFileException} says what does not fit. */
    public static void requireFits(Plan plan, Pool pool) {
        if (!plan.base().equals(pool.base())) {
            throw new BadFileException(WHAT, "is for base model %s, not for %s".formatted(plan.base(), pool.base()));
        }
        if (!plan.pool().equals(pool.hash())) {
            throw new BadFileException(WHAT, "is for pool %s, not for %s".formatted(plan.pool(), pool.hash()));
        }
        plan.sites().forEach((site, choices) -> {
            if (!pool.sites().containsKey(site)) {
                throw new BadFileException(WHAT, "has site %s, which the pool does not have".formatted(site));
            }
            for (Choice choice : choices) {
                if (pool.indexOf(choice.sharer()) < 0) {
                    throw new BadFileException(
                            WHAT, "has sharer \"%s\", whom the pool does not have".formatted(choice.sharer()));
                }
                if (!pool.has(pool.indexOf(choice.sharer()), site)) {
                    throw new BadFileException(
                            WHAT, "has site %s of sharer \"%s\", who gave none".formatted(site, choice.sharer()));
                }
            }
        });
    }

    /**
     * The plan as gains on the resident pool's columns: per site the weight of each sharer in the pool's order, without the pool's scale, which the columns carry. This
     * is the exact sum of products; a plan that is to be merged by factors cannot be served this way. The fingerprint is that of the merged adapter.
     */
    public static Adaptation.Resident resident(Plan plan, Pool pool) {
        requireFits(plan, pool);
        return resident(plan, pool.hash(), pool.sharerIds());
    }

    /** The same on columns that were loaded from another version: those of these sharers in this order, of whom the plan has no other ones. */
    public static Adaptation.Resident resident(Plan plan, String version, List<String> sharers) {
        SortedMap<Site, float[]> gains = new TreeMap<>();
        plan.sites().forEach((site, choices) -> {
            float[] gain = new float[sharers.size()];
            choices.forEach(choice -> gain[sharers.indexOf(choice.sharer())] = (float) choice.weight());
            gains.put(site, gain);
        });
        return new Adaptation.Resident(Fingerprints.merged(plan.of(version), Merge.PRODUCT), gains);
    }

    /**
     * The plan for another version of its pool, nothing chosen anew: who is gone is left out, and what is left of a site's weights is scaled to sum to 1. A site that
     * nothing is left of is left to the base. Empty when no site is left.
     */
    public static Optional<Plan> moved(Plan plan, Pool version) {
        return moved(plan, version, Set.of());
    }

    /** The same, with sharers left out whom the version still has. */
    public static Optional<Plan> moved(Plan plan, Pool version, Set<String> without) {
        SortedMap<Site, List<Choice>> sites = new TreeMap<>();
        plan.sites().forEach((site, choices) -> {
            List<Choice> left = choices.stream()
                    .filter(choice -> {
                        int sharer = version.indexOf(choice.sharer());
                        return sharer >= 0 && version.has(sharer, site) && !without.contains(choice.sharer());
                    })
                    .toList();
            double sum = left.stream().mapToDouble(Choice::weight).sum();
            if (sum > 0) {
                boolean all = left.size() == choices.size();
                sites.put(
                        site,
                        all
                                ? choices
                                : left.stream()
                                        .map(choice -> new Choice(choice.sharer(), choice.weight() / sum))
                                        .toList());
            }
        });
        if (sites.isEmpty()) {
            return Optional.empty();
        }
        return Optional.of(new Plan(
                version.base(),
                version.hash(),
                plan.merge(),
                plan.k(),
                sites,
                plan.items(),
                plan.created(),
                plan.guard()));
    }

    /** The mean of several selections over the same sites (Per-Pcs A.8, step 9): a piece that a selection did not take counts as 0 there. Largest weights first. */
    public static SortedMap<Site, List<Choice>> average(List<SortedMap<Site, List<Choice>>> selections) {
        if (selections.size() == 1) {
            return selections.getFirst();
        }
        SortedMap<Site, Map<String, Double>> sums = new TreeMap<>();
        for (SortedMap<Site, List<Choice>> selection : selections) {
            selection.forEach((site, choices) -> {
                Map<String, Double> sum = sums.computeIfAbsent(site, _ -> new LinkedHashMap<>());
                choices.forEach(choice -> sum.merge(choice.sharer(), choice.weight(), Double::sum));
            });
        }
        SortedMap<Site, List<Choice>> average = new TreeMap<>();
        sums.forEach((site, sum) -> {
            List<Choice> choices = new ArrayList<>();
            sum.forEach((sharer, weight) -> choices.add(new Choice(sharer, weight / selections.size())));
            choices.sort(Comparator.comparingDouble(Choice::weight).reversed());
            average.put(site, List.copyOf(choices));
        });
        return average;
    }
}
