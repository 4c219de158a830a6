package dev.piecewise.training;

import dev.piecewise.checkpoint.BadFileException;
import dev.piecewise.checkpoint.SafetensorsFile;
import dev.piecewise.checkpoint.SafetensorsWriter;
import dev.piecewise.model.Learnables;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/**
 * The state of a training after a step: what is trained and its moments, exactly, in one safetensors file that is replaced as a whole.
 *
 * @param key tells this training from any other; a file of another one is refused
 */
record TrainingCheckpoint(Path file, String key) {
    private static final String STEP = "step";
    private static final String KEY = "training";

    void write(Learnables learnables, int step) {
        SafetensorsWriter writer = new SafetensorsWriter(Map.of(STEP, String.valueOf(step), KEY, key));
        for (int tensor = 0; tensor < learnables.count(); tensor++) {
            if (learnables.isLearned(tensor)) {
                float[] values = learnables.values(tensor);
                writer.add("values." + tensor, values, values.length);
                writer.add("first." + tensor, learnables.moment(0, tensor), values.length);
                writer.add("second." + tensor, learnables.moment(1, tensor), values.length);
            }
        }
        writer.write(file);
    }

    /** Puts everything back and returns how many steps had been taken; 0 where there is no file. */
    int restore(Learnables learnables) {
        if (!Files.exists(file)) {
            return 0;
        }
        try (SafetensorsFile saved = SafetensorsFile.open(file)) {
            if (!key.equals(saved.metadata().get(KEY))) {
                throw new BadFileException(
                        file, "is the checkpoint of another training; delete it or choose another directory");
            }
            for (int tensor = 0; tensor < learnables.count(); tensor++) {
                if (learnables.isLearned(tensor)) {
                    learnables.restore(
                            tensor,
                            saved.floats("values." + tensor),
                            saved.floats("first." + tensor),
                            saved.floats("second." + tensor));
                }
            }
            return Integer.parseInt(saved.metadata().getOrDefault(STEP, "0"));
        } catch (NumberFormatException e) {
            throw new BadFileException(file, "does not say which step it is of");
        }
    }
}
