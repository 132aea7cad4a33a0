import { createApiKey, revokeApiKey, verifyApiKey } from './access/api-keys.ts';
import { grantRole, revokeRole } from './access/grant-role.ts';
import { recordStaffAction } from './access/record-staff-action.ts';
import { removeRole, saveRole } from './access/save-role.ts';
import { confirmEmailChange, requestEmailChange } from './account/change-email.ts';
import { changePassword } from './account/change-password.ts';
import { closeAccount } from './account/close-account.ts';
import { exportMyData } from './account/export-my-data.ts';
import { register } from './account/register.ts';
import { requestPasswordReset, resetPassword } from './account/reset-password.ts';
import { updateProfile } from './account/update-profile.ts';
import { resendVerification, verifyEmail } from './account/verify-email.ts';
import { removeAddress, saveAddress, setDefaultAddress } from './address/address-book.ts';
import { forgetOldMail } from './mail/forget-old-mail.ts';
import { mailWorker } from './mail/mail-worker.ts';
import { markNotificationsRead } from './notification/mark-read.ts';
import { notify, notifyBackInStock } from './notification/notify.ts';
import { updateNotificationPreferences } from './notification/update-preferences.ts';
import type { Deps } from './ports.ts';
import { signOut, signOutEverywhere } from './session/end-sessions.ts';
import { forgetOldAttempts, forgetOldSessions } from './session/purge.ts';
import { refreshSession } from './session/refresh-session.ts';
import { signIn } from './session/sign-in.ts';
import { startGuestSession } from './session/start-guest-session.ts';

/** Everything that the user service does. */
export const app = (deps: Deps) => ({
  commands: {
    register: register(deps),
    verifyEmail: verifyEmail(deps),
    resendVerification: resendVerification(deps),
    requestPasswordReset: requestPasswordReset(deps),
    resetPassword: resetPassword(deps),
    changePassword: changePassword(deps),
    requestEmailChange: requestEmailChange(deps),
    confirmEmailChange: confirmEmailChange(deps),
    updateProfile: updateProfile(deps),
    closeAccount: closeAccount(deps),
    startGuestSession: startGuestSession(deps),
    signIn: signIn(deps),
    refreshSession: refreshSession(deps),
    signOut: signOut(deps),
    signOutEverywhere: signOutEverywhere(deps),
    saveAddress: saveAddress(deps),
    removeAddress: removeAddress(deps),
    setDefaultAddress: setDefaultAddress(deps),
    notify: notify(deps),
    notifyBackInStock: notifyBackInStock(deps),
    markNotificationsRead: markNotificationsRead(deps),
    updateNotificationPreferences: updateNotificationPreferences(deps),
    recordStaffAction: recordStaffAction(deps),
    grantRole: grantRole(deps),
    revokeRole: revokeRole(deps),
    saveRole: saveRole(deps),
    removeRole: removeRole(deps),
    createApiKey: createApiKey(deps),
    revokeApiKey: revokeApiKey(deps),
    verifyApiKey: verifyApiKey(deps),
    forgetOldAttempts: forgetOldAttempts(deps),
    forgetOldMail: forgetOldMail(deps),
    forgetOldSessions: forgetOldSessions(deps),
  },
  mailWorker: mailWorker(deps),
  queries: { exportMyData: exportMyData(deps) },
  reads: deps.reads,
});

export type App = ReturnType<typeof app>;
