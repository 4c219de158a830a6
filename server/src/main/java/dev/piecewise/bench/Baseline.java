package dev.piecewise.bench;

import dev.piecewise.checkpoint.BadFileException;
import dev.piecewise.checkpoint.JsonFields;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.TreeSet;

/**
 * An earlier run, or what is kept of this one for later.
 *
 * @param format of the file
 * @param setting what must be the same in both runs, in words
 * @param ratios by their names; those that came to no number are left out
 */
public record Baseline(int format, Map<String, String> setting, Map<String, Double> ratios) {
    private static final int FORMAT = 1;

    public static Baseline of(Map<String, String> setting, List<Ratio> ratios) {
        SequencedMap<String, Double> values = new LinkedHashMap<>();
        ratios.stream()
                .filter(ratio -> Double.isFinite(ratio.value()))
                .forEach(ratio -> values.put(ratio.name(), ratio.value()));
        return new Baseline(FORMAT, setting, values);
    }

    /** What {@code bench --json FILE} wrote. */
    public static Baseline read(Path file) {
        JsonFields fields = JsonFields.read(file);
        int format = fields.requireInteger("format");
        if (format != FORMAT) {
            throw fields.bad(
                    "format", "is %d and this version reads %d; measure the baseline anew".formatted(format, FORMAT));
        }
        JsonFields setting = fields.requireObject("setting");
        SequencedMap<String, String> words = new LinkedHashMap<>();
        setting.names().forEach(name -> words.put(name, setting.requireString(name)));
        JsonFields ratios = fields.requireObject("ratios");
        SequencedMap<String, Double> values = new LinkedHashMap<>();
        ratios.names().forEach(name -> values.put(name, ratios.requireNumber(name)));
        return new Baseline(format, words, values);
    }

    /** Throws unless it was measured in the same setting; names everything that differs. */
    public void check(Path file, Map<String, String> now) {
        TreeSet<String> names = new TreeSet<>(setting.keySet());
        names.addAll(now.keySet());
        List<String> differences = new ArrayList<>();
        for (String name : names) {
            String then = setting.getOrDefault(name, "none");
            String today = now.getOrDefault(name, "none");
            if (!then.equals(today)) {
                differences.add("%s %s there, %s here".formatted(name, then, today));
            }
        }
        if (!differences.isEmpty()) {
            throw new BadFileException(file, "was measured in another setting: " + String.join("; ", differences));
        }
    }
}
