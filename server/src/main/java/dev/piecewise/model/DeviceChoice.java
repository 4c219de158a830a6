package dev.piecewise.model;

import ai.djl.Device;
import ai.djl.util.cuda.CudaUtils;
import dev.piecewise.error.ErrorCode;
import dev.piecewise.error.ServingException;

/**
 * Where and in what precision a model runs.
 *
 * @param precision of everything but the weights of linear layers
 * @param int8 whether these are rounded to int8, as their inputs are
 */
public record DeviceChoice(Device device, Precision precision, boolean int8) {

    /**
     * As the configuration says it: device {@code auto}, {@code cpu} or {@code cuda:N}, type {@code auto}, {@code float32}, {@code bfloat16} or {@code int8}; automatic is the first GPU
     * if there is one, and the type that the checkpoint is stored in (float16 becomes bfloat16).
     */
    public static DeviceChoice of(String device, String type, boolean storedInFloat32) {
        return new DeviceChoice(device(device), precision(type, storedInFloat32), type.equals("int8"));
    }

    private static Device device(String name) {
        int gpus = name.equals("cpu") ? 0 : CudaUtils.getGpuCount();
        if (name.equals("cpu") || (name.equals("auto") && gpus == 0)) {
            return Device.cpu();
        }
        int number = name.equals("auto") ? 0 : number(name);
        if (number >= gpus) {
            throw invalid("model.device", "model.device is " + name + ", but PyTorch sees " + gpus + " GPUs");
        }
        return Device.gpu(number);
    }

    private static int number(String name) {
        if (!name.matches("cuda(:\\d{1,3})?")) {
            throw invalid("model.device", "model.device is " + name + "; expected auto, cpu or cuda:N");
        }
        return name.contains(":") ? Integer.parseInt(name.substring("cuda:".length())) : 0;
    }

    private static Precision precision(String type, boolean storedInFloat32) {
        return switch (type) {
            case "auto" -> storedInFloat32 ? Precision.FLOAT32 : Precision.BFLOAT16;
            case "float32" -> Precision.FLOAT32;
            case "bfloat16", "int8" -> Precision.BFLOAT16;
            default ->
                throw invalid("model.dtype", "model.dtype is " + type + "; expected auto, float32, bfloat16 or int8");
        };
    }

    private static ServingException invalid(String key, String message) {
        return new ServingException(ErrorCode.INVALID_REQUEST, message, key);
    }
}
