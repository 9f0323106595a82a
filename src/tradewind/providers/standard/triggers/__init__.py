"""What the standard sensors and operators wait for without a process, and what watched assets are updated by."""
