// Ends the session of this browser.
import { api } from "@/shared/api/client";
import { tellFailed } from "@/shared/ui/told";

export async function logOut(): Promise<void> {
  try {
    await api.POST("/auth/logout");
    window.location.assign("/login");
  } catch (error) {
    tellFailed(error);
  }
}
