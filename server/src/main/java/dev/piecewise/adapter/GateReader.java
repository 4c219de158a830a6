package dev.piecewise.adapter;

import dev.piecewise.checkpoint.BadFileException;
import dev.piecewise.checkpoint.ModelConfig;
import dev.piecewise.checkpoint.SafetensorsFile;
import dev.piecewise.checkpoint.Site;
import dev.piecewise.checkpoint.TensorInfo;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Reads one sharer's trained gates: a safetensors file with a tensor {@code <site>.gate} of the site's input width for each site; names may be prefixed as PEFT's are. */
public final class GateReader {
    private static final Pattern GATE = Pattern.compile("(?:base_model\\.model\\.)?(?:model\\.)?(layers\\..+)\\.gate");

    private GateReader() {}

    public static SortedMap<Site, float[]> read(Path path, ModelConfig base) {
        SortedMap<Site, float[]> gates = new TreeMap<>();
        try (SafetensorsFile file = SafetensorsFile.open(path)) {
            for (TensorInfo tensor : file.tensors()) {
                Site site = site(path, tensor, base);
                int in = base.in(site.projection());
                if (!tensor.hasShape(in) && !tensor.hasShape(in, 1) && !tensor.hasShape(1, in)) {
                    throw bad(
                            path, tensor, "has shape %s; expected [%d]".formatted(Arrays.toString(tensor.shape()), in));
                }
                file.requireFinite(tensor);
                if (gates.put(site, file.floats(tensor)) != null) {
                    throw bad(path, tensor, "is there under two names");
                }
            }
        }
        return gates;
    }

    private static Site site(Path path, TensorInfo tensor, ModelConfig base) {
        Matcher matcher = GATE.matcher(tensor.name());
        Site site = matcher.matches() ? Site.parse(matcher.group(1)).orElse(null) : null;
        if (site == null || site.layer() >= base.layers()) {
            throw bad(path, tensor, "is no gate of a site of the base model");
        }
        return site;
    }

    private static BadFileException bad(Path path, TensorInfo tensor, String reason) {
        return new BadFileException(path, "tensor %s %s".formatted(tensor.name(), reason));
    }
}
