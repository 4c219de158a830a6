package dev.piecewise.adapter;

import com.fasterxml.jackson.databind.JsonNode;
import dev.piecewise.checkpoint.BadFileException;
import dev.piecewise.checkpoint.JsonFields;
import dev.piecewise.checkpoint.Site;
import java.nio.file.Path;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;

/** What pool.json says. Errors name the file and the field. */
record PoolDescription(
        String hash,
        String base,
        int rank,
        double alpha,
        Merge merge,
        Keys keys,
        List<Pool.Sharer> sharers,
        SortedSet<Site> sites,
        List<Pool.Withdrawal> withdrawn,
        List<String> earlier) {

    static PoolDescription read(Path file) {
        JsonFields json = JsonFields.read(file);
        if (json.requireInteger("format") != PoolFiles.FORMAT) {
            throw json.bad("format", "is %s; this version reads %d".formatted(json.value("format"), PoolFiles.FORMAT));
        }
        int rank = json.requireInteger("rank");
        double alpha = json.requireNumber("alpha");
        if (rank <= 0 || alpha <= 0) {
            throw json.bad(rank <= 0 ? "rank" : "alpha", "must be positive");
        }
        SortedSet<Site> sites = sites(json, "sites");
        return new PoolDescription(
                json.requireString("hash"),
                json.requireString("base"),
                rank,
                alpha,
                Merge.parse(json.requireString("merge")).orElseThrow(() -> unknown(json, "merge")),
                Keys.parse(json.requireString("keys")).orElseThrow(() -> unknown(json, "keys")),
                sharers(file, json, sites),
                sites,
                withdrawn(file, json),
                json.strings("earlier"));
    }

    private static SortedSet<Site> sites(JsonFields json, String field) {
        SortedSet<Site> sites = new TreeSet<>();
        for (String name : json.strings(field)) {
            sites.add(Site.parse(name)
                    .orElseThrow(() -> json.bad(field, "names \"%s\", which is no site".formatted(name))));
        }
        return sites;
    }

    private static List<Pool.Sharer> sharers(Path file, JsonFields json, SortedSet<Site> sites) {
        List<Pool.Sharer> sharers = new ArrayList<>();
        Set<String> ids = new HashSet<>();
        for (JsonNode node : json.elements("sharers")) {
            JsonFields sharer = JsonFields.of(file + ": sharers", node);
            String id = sharer.requireString("id");
            if (!ids.add(id)) {
                throw json.bad("sharers", "names \"%s\" twice".formatted(id));
            }
            SortedSet<Site> absent = sites(sharer, "absent");
            if (!sites.containsAll(absent) || absent.size() == sites.size()) {
                throw sharer.bad("absent", "must name some of the pool's sites, and not all of them");
            }
            int items = sharer.integer("items").orElse(0);
            sharers.add(new Pool.Sharer(id, items, sharer.object("consent").map(PoolDescription::consent), absent));
        }
        if (sharers.isEmpty()) {
            throw json.bad("sharers", "names nobody");
        }
        requireEverySiteTaken(json, sharers, sites);
        return List.copyOf(sharers);
    }

    private static void requireEverySiteTaken(JsonFields json, List<Pool.Sharer> sharers, SortedSet<Site> sites) {
        for (Site site : sites) {
            if (sharers.stream().allMatch(sharer -> sharer.absent().contains(site))) {
                throw json.bad("sites", "names %s, for which nobody has a piece".formatted(site));
            }
        }
    }

    private static Consent consent(JsonFields json) {
        double ratio = json.requireNumber("ratio");
        String by = json.requireString("by");
        if (!(ratio > 0) || ratio > 1 || by.isBlank()) {
            throw json.bad(by.isBlank() ? "by" : "ratio", by.isBlank() ? "is empty" : "must be above 0 and at most 1");
        }
        return new Consent(by, instant(json, "at"), ratio);
    }

    private static List<Pool.Withdrawal> withdrawn(Path file, JsonFields json) {
        List<Pool.Withdrawal> withdrawn = new ArrayList<>();
        for (JsonNode node : json.elements("withdrawn")) {
            JsonFields fields = JsonFields.of(file + ": withdrawn", node);
            withdrawn.add(new Pool.Withdrawal(fields.requireString("id"), instant(fields, "at")));
        }
        return List.copyOf(withdrawn);
    }

    static Instant instant(JsonFields json, String field) {
        try {
            return Instant.parse(json.requireString(field));
        } catch (DateTimeException e) {
            throw json.bad(field, "must be a time such as 2026-01-31T12:00:00Z");
        }
    }

    private static BadFileException unknown(JsonFields json, String field) {
        return json.bad(field, "is %s, which is not known".formatted(json.value(field)));
    }
}
