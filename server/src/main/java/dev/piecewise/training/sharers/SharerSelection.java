package dev.piecewise.training.sharers;

import dev.piecewise.adapter.HistoryFile.UserHistory;
import dev.piecewise.error.ServingException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.IntConsumer;

/**
 * Chooses who shares (Per-Pcs A.3): users are clustered by their embeddings, and each cluster gives its most active member, the first of several, if that one has
 * enough items. A cluster without such a member gives nobody, so there can be fewer sharers than clusters.
 */
public final class SharerSelection {
    private final UserEmbedding embedding;
    private final Options options;

    public SharerSelection(UserEmbedding embedding, Options options) {
        this.embedding = embedding;
        this.options = options;
    }

    /** What makes users alike: what their texts are about, or what they answer. */
    public enum By {
        TEXTS,
        ANSWERS
    }

    /**
     * How sharers are chosen.
     *
     * @param clusters how many there are at most
     * @param moreThan items that a sharer has more of
     * @param by what the embedding shows
     */
    public record Options(int clusters, int moreThan, long seed, By by) {
        public static final Options DEFAULT = new Options(50, 10, 0, By.TEXTS);

        public Options {
            if (clusters < 1 || moreThan < 0) {
                throw new IllegalArgumentException("%d clusters, more than %d items".formatted(clusters, moreThan));
            }
        }

        /** The clusters, as a run that can be gone on with names them. */
        String described() {
            return switch (by) {
                case TEXTS -> String.valueOf(clusters);
                case ANSWERS -> clusters + " by answers";
            };
        }
    }

    /** Who was chosen, in the order of the candidates, and the number of their cluster. */
    public record Chosen(UserHistory user, int cluster) {}

    /** INVALID_REQUEST when a user is there twice or nobody can be chosen. {@code progress} hears how many candidates were looked at. */
    public List<Chosen> choose(List<UserHistory> candidates, IntConsumer progress) {
        requireDifferent(candidates);
        List<UserHistory> users = new ArrayList<>();
        List<float[]> points = new ArrayList<>();
        for (int i = 0; i < candidates.size(); i++) {
            UserHistory user = candidates.get(i);
            Optional<float[]> point = embedding.of(user);
            point.ifPresent(found -> {
                requireFinite(user, found);
                users.add(user);
                points.add(found);
            });
            progress.accept(i + 1);
        }
        if (users.isEmpty()) {
            throw ServingException.invalid("users", "no user has a history that anything could be learnt from");
        }
        List<Chosen> chosen = mostActive(users, KMeans.clusters(points, options.clusters(), options.seed()));
        if (chosen.isEmpty()) {
            throw ServingException.invalid(
                    "users", "no user has more than %d items, as a sharer must".formatted(options.moreThan()));
        }
        return chosen;
    }

    private List<Chosen> mostActive(List<UserHistory> users, int[] clusters) {
        TreeMap<Integer, Integer> best = new TreeMap<>();
        for (int i = 0; i < clusters.length; i++) {
            int size = users.get(i).items().size();
            Integer leader = best.get(clusters[i]);
            if (leader == null || size > users.get(leader).items().size()) {
                best.put(clusters[i], i);
            }
        }
        return best.values().stream()
                .sorted()
                .filter(i -> users.get(i).items().size() > options.moreThan())
                .map(i -> new Chosen(users.get(i), clusters[i]))
                .toList();
    }

    private static void requireDifferent(List<UserHistory> users) {
        Set<String> names = new HashSet<>();
        for (UserHistory user : users) {
            if (!names.add(user.user())) {
                throw ServingException.invalid("users", "user \"%s\" is there twice".formatted(user.user()));
            }
        }
    }

    private static void requireFinite(UserHistory user, float[] point) {
        for (float value : point) {
            if (!Float.isFinite(value)) {
                throw ServingException.invalid(
                        "users", "the embedding of user \"%s\" is not finite".formatted(user.user()));
            }
        }
    }
}
