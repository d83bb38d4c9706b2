import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { type Account, type ApiError, fetchAccount, logIn, logOut } from './api';

const accountKey = ['auth', 'me'] as const;

/**
 * Who is logged in, asked once a page: during a shift the telephony itself tells when the session ends, and the page
 * must not be torn down under a live call.
 */
export function useAccount() {
  return useQuery<Account | null, ApiError>({
    queryKey: accountKey,
    queryFn: ({ signal }) => fetchAccount(signal),
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: Number.POSITIVE_INFINITY,
    refetchOnWindowFocus: false,
    refetchOnReconnect: false,
    retry: (failures, error) => (error.status === 0 || error.status >= 500) && failures < 3,
  });
}

/** Logs in; the page becomes the account's as soon as it is done. */
export function useLogIn() {
  const queries = useQueryClient();
  return useMutation<Account, ApiError, { login: string; password: string }>({
    mutationFn: logIn,
    onSuccess: (account) => queries.setQueryData(accountKey, account),
  });
}

/** Logs out; `before` runs first, while the session still holds (to leave the line). */
export function useLogOut(before: () => Promise<void> = () => Promise.resolve()) {
  const queries = useQueryClient();
  return useMutation<void, ApiError, void>({
    mutationFn: async () => {
      await before();
      await logOut();
    },
    onSuccess: () => queries.setQueryData(accountKey, null),
  });
}
