import * as tf from "../tfjs";

/**
 * Keeps tfjs's greeting ("Hi, looks like you are running TensorFlow.js in Node.js …") off the screen. Its cpu backend
 * prints it at the first tensor it is given, which in this library is no mistake of the user's.
 */
export function silenceBanner(): void {
  const backend = tf.engine().findBackend("cpu") as unknown as { firstUse: boolean } | null;
  if (backend) backend.firstUse = false;
}
