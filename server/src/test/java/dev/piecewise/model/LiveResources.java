package dev.piecewise.model;

import ai.djl.ndarray.BaseNDManager;
import ai.djl.ndarray.NDManager;
import java.lang.reflect.Field;
import java.util.Map;

/** Counts what DJL holds: arrays, managers and all that these hold. DJL keeps the number to itself. */
final class LiveResources {
    private LiveResources() {}

    /** Of all models of the process. */
    static int count() {
        try (NDManager any = NDManager.newBaseManager("PyTorch")) {
            return of(any.getParentManager());
        }
    }

    private static int of(NDManager manager) {
        try {
            Field resources = BaseNDManager.class.getDeclaredField("resources");
            resources.setAccessible(true);
            int count = 0;
            for (Object resource : ((Map<?, ?>) resources.get(manager)).values()) {
                count += resource instanceof NDManager below ? 1 + of(below) : 1;
            }
            return count;
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException(e);
        }
    }
}
